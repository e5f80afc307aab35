#include "core/energy/bounds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <vector>

#include "core/energy/bounded_energy.h"
#include "core/energy/finite_difference.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::vector<Bounds>& EveryKind() {
  static const std::vector<Bounds> bounds = {
      {}, {2, kInfinity}, {-kInfinity, -1}, {-3, 5}};
  return bounds;
}

// sum_k x_k^2 / 2 + x_k x_{k+1} / 4.
class Coupled final : public Energy {
 public:
  Index dimension() const override { return 4; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    energy = 0.5 * x.rowwise().squaredNorm();
    if (gradient != nullptr) *gradient = x;
    for (Index k = 0; k + 1 < 4; ++k) {
      energy += x.col(k).cwiseProduct(x.col(k + 1)) / 4;
      if (gradient == nullptr) continue;
      gradient->col(k) += x.col(k + 1) / 4;
      gradient->col(k + 1) += x.col(k) / 4;
    }
    return absl::OkStatus();
  }
};

TEST(BoxMapTest, IsIncreasingAndStaysInside) {
  const BoxMap map(EveryKind());
  Matrix before = map.ToBox(Matrix::Constant(1, 4, -30));
  for (double v = -29.5; v <= 30; v += 0.5) {
    const Matrix x = map.ToBox(Matrix::Constant(1, 4, v));
    for (Index k = 0; k < 4; ++k) {
      const Bounds& bounds = EveryKind()[static_cast<std::size_t>(k)];
      EXPECT_GT(x(0, k), bounds.lower) << v;
      EXPECT_LT(x(0, k), bounds.upper) << v;
      EXPECT_GE(x(0, k), before(0, k)) << v;
      if (std::abs(v) < 5) {
        EXPECT_GT(x(0, k), before(0, k)) << v;
      }
    }
    before = x;
  }
}

// A uniform coordinate becomes standard normal.
TEST(BoxMapTest, KnownValues) {
  const BoxMap map({{0, 1}, {0, kInfinity}, {-kInfinity, 0}});
  const Matrix y{{1.6448536269514722, 2, -3}};
  const Matrix x = map.ToBox(y);
  EXPECT_NEAR(x(0, 0), 0.95, 1e-14);
  EXPECT_NEAR(x(0, 1), std::exp(2), 1e-14);
  EXPECT_NEAR(x(0, 2), -std::exp(3), 1e-13);
}

TEST(BoxMapTest, JacobianAgreesWithDifferences) {
  const BoxMap map(EveryKind());
  constexpr double kStep = 1e-5;
  for (const double v : {-3.0, -0.7, 0.0, 0.4, 2.5}) {
    const Matrix y = Matrix::Constant(1, 4, v);
    const Matrix slope = (map.ToBox((y.array() + kStep).matrix()) -
                          map.ToBox((y.array() - kStep).matrix())) /
                         (2 * kStep);
    EXPECT_NEAR(map.LogJacobian(y)[0], slope.array().log().sum(), 1e-7) << v;
  }
}

TEST(UnboundedEnergyTest, GradientAgreesWithDifferences) {
  const UnboundedEnergy energy(std::make_shared<Coupled>(),
                               std::make_shared<const BoxMap>(EveryKind()));
  const Matrix y{{0.3, -1.2, 0.5, 0.8}, {-2, 1.1, -0.6, -1.5}};
  Vector values(2);
  Matrix gradient(2, 4);
  MatrixRef view = gradient;
  NullInterrupter interrupter;
  ASSERT_TRUE(energy.Evaluate(y, values, &view, interrupter).ok());
  Matrix differences(2, 4);
  ASSERT_TRUE(
      FiniteDifferenceGradient(energy, y, differences, interrupter).ok());
  EXPECT_LT((gradient - differences).cwiseAbs().maxCoeff(), 1e-7);
}

// By the trapezoidal rule, exact to rounding for smooth decaying integrands.
TEST(UnboundedEnergyTest, KeepsTheNormaliser) {
  class Normal final : public Energy {
   public:
    Index dimension() const override { return 1; }
    absl::Status Evaluate(const ConstMatrixRef& x,
                          VectorRef energy,
                          MatrixRef*,
                          Interrupter&) const override {
      energy = 0.5 * x.col(0).cwiseAbs2();
      return absl::OkStatus();
    }
  };
  const auto phi = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2)); };
  for (const Bounds& bounds : EveryKind()) {
    const UnboundedEnergy energy(
        std::make_shared<Normal>(),
        std::make_shared<const BoxMap>(std::vector<Bounds>{bounds}));
    const Vector y = Vector::LinSpaced(80001, -40, 40);
    Vector values(y.size());
    NullInterrupter interrupter;
    ASSERT_TRUE(energy.Evaluate(y, values, nullptr, interrupter).ok());
    const double integral = 1e-3 * (-values).array().exp().sum();
    const double exact = std::sqrt(2 * std::numbers::pi) *
                         (phi(bounds.upper) - phi(bounds.lower));
    EXPECT_NEAR(integral / exact, 1, 1e-9) << bounds.lower;
  }
}

TEST(UnboundedEnergyTest, IsInfiniteWhereTheBoxOverflows) {
  const UnboundedEnergy energy(std::make_shared<Coupled>(),
                               std::make_shared<const BoxMap>(EveryKind()));
  const Matrix y{{0, 800, 0, 0}, {0, 0, 0, 0}};
  Vector values(2);
  NullInterrupter interrupter;
  ASSERT_TRUE(energy.Evaluate(y, values, nullptr, interrupter).ok());
  EXPECT_EQ(values[0], kInfinity);
  EXPECT_TRUE(std::isfinite(values[1]));
}

TEST(ValidateBoundsTest, FindsEveryFault) {
  const auto fields = [](const std::vector<Bounds>& bounds, Index dimension) {
    Violations violations;
    ValidateBounds(bounds, dimension, violations);
    std::vector<std::string> found;
    for (const Violation& fault : violations.items())
      found.push_back(fault.field);
    return found;
  };
  const double nan = std::nan("");
  using Fields = std::vector<std::string>;
  EXPECT_EQ(fields(EveryKind(), 4), Fields());
  EXPECT_EQ(fields(EveryKind(), 3), Fields{""});
  EXPECT_EQ(fields({{nan, 1}, {0, nan}, {1, 0}, {1, 1}}, 4),
            (Fields{"[0].lower", "[1].upper", "[2].lower", "[3].lower"}));
  EXPECT_EQ(fields({{1, std::nextafter(1.0, 2.0)}, {-1e308, 1e308}}, 2),
            (Fields{"[0].lower", "[1].lower"}));
}

}  // namespace
}  // namespace ttflow
