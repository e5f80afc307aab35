// EnergyConformance: what every Energy promises. A new energy only adds
//   INSTANTIATE_TEST_SUITE_P(Name, EnergyConformance, testing::ValuesIn(cases),
//   EnergyCaseName());

#ifndef TTFLOW_TESTS_CONFORMANCE_ENERGY_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_ENERGY_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "core/energy/energy.h"
#include "core/energy/finite_difference.h"
#include "core/foundation/random.h"
#include "core/math/log_sum_exp.h"
#include "core/math/quadrature.h"

namespace ttflow {

struct EnergyCase {
  std::string name;  // letters and digits
  std::function<std::shared_ptr<const Energy>()> make;
  // Where the energy is of moderate size: independent normals about zero.
  double width = 2;
  // log Z, if known, and the box [-reach, reach]^d that holds all the mass;
  // compared with a quadrature for d <= 3.
  std::optional<double> log_evidence = std::nullopt;
  double reach = 10;
};

inline std::ostream& operator<<(std::ostream& out, const EnergyCase& c) {
  return out << c.name;
}

struct EnergyCaseName {
  std::string operator()(const testing::TestParamInfo<EnergyCase>& info) const {
    return info.param.name;
  }
};

class EnergyConformance : public testing::TestWithParam<EnergyCase> {
 protected:
  Index dimension() const { return energy_->dimension(); }

  Matrix Points(Index count, std::uint64_t seed) const {
    Matrix x(count, dimension());
    RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 7, 0);
    for (double& value : x.reshaped())
      value = GetParam().width * stream.Normal();
    return x;
  }

  // Energies of x, and gradients unless null.
  Vector Evaluate(const ConstMatrixRef& x, Matrix* gradient = nullptr) const {
    NullInterrupter never;
    Vector energy(x.rows());
    absl::Status status;
    if (gradient == nullptr) {
      status = energy_->Evaluate(x, energy, nullptr, never);
    } else {
      gradient->resize(x.rows(), x.cols());
      MatrixRef gradient_ref = *gradient;
      status = energy_->Evaluate(x, energy, &gradient_ref, never);
    }
    EXPECT_TRUE(status.ok()) << status;
    return energy;
  }

  std::shared_ptr<const Energy> energy_ = GetParam().make();
};

TEST_P(EnergyConformance, GradientMatchesFiniteDifferences) {
  if (!energy_->Traits().has_gradient) GTEST_SKIP() << "no gradient";
  const Matrix x = Points(50, 1);
  Matrix gradient;
  const Vector energy = Evaluate(x, &gradient);
  Matrix differences(x.rows(), x.cols());
  NullInterrupter never;
  ASSERT_TRUE(FiniteDifferenceGradient(*energy_, x, differences, never).ok());
  for (Index i = 0; i < x.rows(); ++i) {
    // Rounding of the energy, divided by the step, and the step's square.
    const double scale =
        1 + gradient.row(i).cwiseAbs().maxCoeff() + 1e-3 * std::abs(energy[i]);
    EXPECT_LT((gradient.row(i) - differences.row(i)).cwiseAbs().maxCoeff(),
              1e-6 * scale)
        << i;
  }
}

TEST_P(EnergyConformance, EnergyIsTheSameWithAndWithoutGradient) {
  if (!energy_->Traits().has_gradient) GTEST_SKIP() << "no gradient";
  const Matrix x = Points(300, 2);
  Matrix gradient;
  const Vector with = Evaluate(x, &gradient);
  const Vector without = Evaluate(x);
  EXPECT_LT(
      ((with - without).array() / (1 + without.array().abs())).abs().maxCoeff(),
      1e-12);
}

TEST_P(EnergyConformance, ABatchIsItsPoints) {
  // A size that no vector width or panel divides.
  const Matrix x = Points(517, 3);
  Matrix gradient;
  const bool has_gradient = energy_->Traits().has_gradient;
  const Vector energy = Evaluate(x, has_gradient ? &gradient : nullptr);
  for (const Index i : {0, 1, 255, 256, 257, 511, 512, 516}) {
    Matrix single_gradient;
    const Vector single =
        Evaluate(x.row(i), has_gradient ? &single_gradient : nullptr);
    EXPECT_NEAR(single[0], energy[i], 1e-12 * (1 + std::abs(energy[i]))) << i;
    if (!has_gradient) continue;
    const double scale = 1 + gradient.row(i).cwiseAbs().maxCoeff();
    EXPECT_LT((single_gradient.row(0) - gradient.row(i)).cwiseAbs().maxCoeff(),
              1e-11 * scale)
        << i;
  }
}

TEST_P(EnergyConformance, WritesOnlyItsRowsOfALargerBuffer) {
  const Matrix x = Points(40, 4);
  Matrix expected_gradient;
  const bool has_gradient = energy_->Traits().has_gradient;
  const Vector expected =
      Evaluate(x, has_gradient ? &expected_gradient : nullptr);
  Matrix buffer = Matrix::Constant(60, dimension(), 5);
  buffer.middleRows(10, 40) = x;
  Vector energies = Vector::Constant(60, -7);
  Matrix gradients = Matrix::Constant(60, dimension(), -7);
  MatrixRef gradient_rows = gradients.middleRows(10, 40);
  NullInterrupter never;
  ASSERT_TRUE(energy_
                  ->Evaluate(buffer.middleRows(10, 40),
                             energies.segment(10, 40),
                             has_gradient ? &gradient_rows : nullptr,
                             never)
                  .ok());
  EXPECT_TRUE(energies.segment(10, 40).isApprox(expected, 1e-12));
  EXPECT_TRUE((energies.head(10).array() == -7).all() &&
              (energies.tail(10).array() == -7).all());
  if (has_gradient) {
    EXPECT_TRUE(gradient_rows.isApprox(expected_gradient, 1e-12));
  }
  EXPECT_TRUE((gradients.topRows(10).array() == -7).all());
  EXPECT_TRUE((gradients.bottomRows(10).array() == -7).all());
}

TEST_P(EnergyConformance, ConcurrentCallsGiveTheSameBytes) {
  const EnergyTraits traits = energy_->Traits();
  if (!traits.thread_safe) GTEST_SKIP() << "not thread-safe";
  const Matrix x = Points(300, 5);
  Matrix expected_gradient;
  const Vector expected =
      Evaluate(x, traits.has_gradient ? &expected_gradient : nullptr);
  std::vector<int> same(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int repeat = 0; repeat < 5; ++repeat) {
        Matrix gradient;
        const Vector energy =
            Evaluate(x, traits.has_gradient ? &gradient : nullptr);
        if (energy == expected &&
            (!traits.has_gradient || gradient == expected_gradient)) {
          ++same[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 5));
}

TEST_P(EnergyConformance, PointsFarOutAreDataNotErrors) {
  const double infinity = std::numeric_limits<double>::infinity();
  Matrix x = Matrix::Zero(10, dimension());
  Index row = 0;
  for (const double value : {1e3, 1e10, 1e200, infinity, std::nan("")}) {
    x.row(row++).setConstant(value);
    x(row++, 0) = -value;
  }
  Matrix gradient;
  Evaluate(x, energy_->Traits().has_gradient ? &gradient : nullptr);
}

TEST_P(EnergyConformance, RefusesWrongShapes) {
  NullInterrupter never;
  Vector energy(5);
  Vector short_energy(4);
  Matrix gradient(5, dimension() + 1);
  MatrixRef wrong_gradient = gradient;
  const Matrix x = Points(5, 6);
  const Matrix wide = Matrix::Zero(5, dimension() + 1);
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(energy_->Evaluate(wide, energy, nullptr, never).code(), code);
  EXPECT_EQ(energy_->Evaluate(x, short_energy, nullptr, never).code(), code);
  EXPECT_EQ(energy_->Evaluate(x, energy, &wrong_gradient, never).code(), code);
}

TEST_P(EnergyConformance, TraitsAreInRange) {
  const EnergyTraits traits = energy_->Traits();
  EXPECT_GE(traits.preferred_batch, 1);
  EXPECT_GT(traits.nominal_cost_ns, 0);
  const std::size_t names = traits.coordinate_names.size();
  EXPECT_TRUE(names == 0 || names == static_cast<std::size_t>(dimension()));
}

TEST_P(EnergyConformance, LogEvidenceMatchesAQuadrature) {
  const EnergyCase& c = GetParam();
  if (!c.log_evidence.has_value() || dimension() > 3) return;
  const Index panels = dimension() == 1 ? 400 : dimension() == 2 ? 80 : 14;
  const QuadratureRule rule =
      CompositeGaussLegendre(panels, 10, -c.reach, c.reach);
  const Index n = rule.nodes.size();
  // Line by line along the last coordinate.
  Index lines = 1;
  for (Index k = 1; k < dimension(); ++k) lines *= n;
  Vector line_logs(lines);
  Matrix x(n, dimension());
  x.col(dimension() - 1) = rule.nodes;
  for (Index line = 0; line < lines; ++line) {
    double log_weight = 0;
    Index rest = line;
    for (Index k = 0; k + 1 < dimension(); ++k) {
      x.col(k).setConstant(rule.nodes[rest % n]);
      log_weight += std::log(rule.weights[rest % n]);
      rest /= n;
    }
    const Vector energy = Evaluate(x);
    line_logs[line] =
        log_weight +
        LogSumExp((rule.weights.array().log() - energy.array()).matrix());
  }
  EXPECT_NEAR(LogSumExp(line_logs), *c.log_evidence, 1e-6);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_ENERGY_CONFORMANCE_H_
