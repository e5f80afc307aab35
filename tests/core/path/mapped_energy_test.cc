#include "core/path/mapped_energy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "core/energy/finite_difference.h"

namespace ttflow {
namespace {

// Neal's funnel in the plane.
class Funnel final : public Energy {
 public:
  Index dimension() const override { return 2; }
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter&) const override {
    const Eigen::ArrayXd v = x.col(0);
    const Eigen::ArrayXd square = (-v).exp() * x.col(1).array().square();
    energy = v.square() / 18 + 0.5 * square + 0.5 * v;
    if (gradient != nullptr) {
      gradient->col(0) = v / 9 - 0.5 * square + 0.5;
      gradient->col(1) = (-v).exp() * x.col(1).array();
    }
    return absl::OkStatus();
  }
};

std::shared_ptr<const TriangularMap> FunnelMap() {
  TriangularStep step;
  step.coordinate = 1;
  step.driver = 0;
  step.knots = Vector{{-1, 0, 1}};
  step.log_scale = Vector{{0.5, -1, 0}};
  step.offset = Vector::Zero(4);
  step.slope.resize(3, 0);
  return std::make_shared<const TriangularMap>(
      2, std::vector<TriangularStep>{step});
}

TEST(MappedEnergyTest, AFunnelBecomesAProductOfNormals) {
  const MappedEnergy energy(std::make_shared<Funnel>(), FunnelMap());
  const Matrix y{{1, 2}, {-6, 0.3}, {8, -1}};
  Vector values(3);
  Matrix gradient(3, 2);
  MatrixRef view = gradient;
  NullInterrupter interrupter;
  ASSERT_TRUE(energy.Evaluate(y, values, &view, interrupter).ok());
  for (Index i = 0; i < 3; ++i) {
    EXPECT_NEAR(
        values[i], y(i, 0) * y(i, 0) / 18 + y(i, 1) * y(i, 1) / 2, 1e-10);
    EXPECT_NEAR(gradient(i, 0), y(i, 0) / 9, 1e-10);
    EXPECT_NEAR(gradient(i, 1), y(i, 1), 1e-10);
  }
}

// Where x overflows there is no energy, and no NaN either.
TEST(MappedEnergyTest, IsInfiniteWhereXIsOutOfRange) {
  const MappedEnergy energy(std::make_shared<Funnel>(), FunnelMap());
  const Matrix y{{2000, 1}, {0, 1}};
  Vector values(2);
  Matrix gradient(2, 2);
  MatrixRef view = gradient;
  NullInterrupter interrupter;
  ASSERT_TRUE(energy.Evaluate(y, values, &view, interrupter).ok());
  EXPECT_TRUE(std::isinf(values[0]) && values[0] > 0);
  EXPECT_NEAR(values[1], 0.5, 1e-12);
}

}  // namespace
}  // namespace ttflow
