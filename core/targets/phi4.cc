#include "core/targets/phi4.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// The largest L with L^2 <= dimension.
Index LargestSide(Index dimension) {
  Index side = static_cast<Index>(std::sqrt(static_cast<double>(dimension)));
  while (side * side > dimension) --side;
  while ((side + 1) * (side + 1) <= dimension) ++side;
  return side;
}

}  // namespace

EnergyTraits Phi4::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 2 * static_cast<double>(dimension());
  return traits;
}

absl::Status Phi4::Evaluate(const ConstMatrixRef& x,
                            VectorRef energy,
                            MatrixRef* gradient,
                            Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  const double mass = 1 - 2 * lambda_;
  auto total = energy.array();
  total.setZero();
  for (Index i = 0; i < side_; ++i) {
    const Index above = (i + 1) % side_ * side_;
    const Index below = (i + side_ - 1) % side_ * side_;
    for (Index j = 0; j < side_; ++j) {
      const Index next = (j + 1) % side_;
      const Index previous = (j + side_ - 1) % side_;
      const auto site = x.col(i * side_ + j).array();
      const auto right = x.col(i * side_ + next).array();
      const auto up = x.col(above + j).array();
      total += site * (site * (mass + lambda_ * site.square()) -
                       2 * kappa_ * (right + up));
      if (gradient == nullptr) continue;
      const auto left = x.col(i * side_ + previous).array();
      const auto down = x.col(below + j).array();
      gradient->col(i * side_ + j).array() =
          site * (2 * mass + 4 * lambda_ * site.square()) -
          2 * kappa_ * (right + up + left + down);
    }
  }
  return absl::OkStatus();
}

TargetSchema Phi4Schema() {
  return {
      .name = "phi4",
      .description =
          "Scalar field on an L x L torus, L^2 = dimension: sum_s [-2 kappa "
          "x_s (x_right + x_up) + (1 - 2 lambda) x_s^2 + lambda x_s^4]. No "
          "exact log Z. Nicoli et al. (2021).",
      .parameters =
          {{.name = "kappa",
            .description = "hopping parameter, a number from -10 to 10",
            .default_value = 0.3,
            .minimum = -10,
            .maximum = 10},
           {.name = "lambda",
            .description =
                "strength of the self-interaction, a number from 1e-6 to 100",
            .default_value = 0.022,
            .minimum = 1e-6,
            .maximum = 100}},
      .default_dimension = 64,
      .minimum_dimension = 4,
  };
}

std::shared_ptr<const Target> MakePhi4(TargetParameters& parameters) {
  bool valid = parameters.CheckDimension();
  const double kappa = parameters.Scalar("kappa");
  const double lambda = parameters.Scalar("lambda");
  const Index d = parameters.dimension();
  if (valid) {
    const Index side = LargestSide(d);
    if (side * side != d) {
      parameters.AddDimensionViolation(absl::StrCat(d,
                                                    " is no square; give ",
                                                    side * side,
                                                    " or ",
                                                    (side + 1) * (side + 1)));
      valid = false;
    }
  }
  if (!valid || !parameters.ok()) return nullptr;
  return std::make_shared<Phi4>(LargestSide(d), kappa, lambda);
}

}  // namespace ttflow
