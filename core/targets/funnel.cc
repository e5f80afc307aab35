#include "core/targets/funnel.h"

#include <cmath>

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"
#include "core/math/standard_normal.h"

namespace ttflow {

EnergyTraits Funnel::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 5 + static_cast<double>(dimension_);
  return traits;
}

absl::Status Funnel::Evaluate(const ConstMatrixRef& x,
                              VectorRef energy,
                              MatrixRef* gradient,
                              Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension_, x, energy, gradient));
  const auto v = x.col(0).array();
  const double num_scaled = static_cast<double>(dimension_ - 1);
  const double constant =
      static_cast<double>(dimension_) * kHalfLogTwoPi + std::log(scale_);
  const Eigen::ArrayXd precision = (-v).exp();
  Eigen::ArrayXd half_square = Eigen::ArrayXd::Zero(x.rows());
  for (Index k = 1; k < dimension_; ++k)
    half_square += x.col(k).array().square();
  half_square *= 0.5 * precision;
  const double variance = scale_ * scale_;
  energy.array() = 0.5 * v.square() / variance + half_square +
                   0.5 * num_scaled * v + constant;
  if (gradient != nullptr) {
    gradient->col(0).array() = v / variance - half_square + 0.5 * num_scaled;
    for (Index k = 1; k < dimension_; ++k) {
      gradient->col(k).array() = x.col(k).array() * precision;
    }
  }
  return absl::OkStatus();
}

std::optional<Matrix> Funnel::SampleExactly(Index count,
                                            const RandomKey& key) const {
  Matrix samples(count, dimension_);
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    samples(i, 0) = scale_ * stream.Normal();
    const double width = std::exp(0.5 * samples(i, 0));
    for (Index k = 1; k < dimension_; ++k)
      samples(i, k) = width * stream.Normal();
  }
  return samples;
}

TargetSchema FunnelSchema() {
  return {
      .name = "funnel",
      .description =
          "v = x_0 ~ N(0, scale^2), x_i given v ~ N(0, exp(v)). log Z = 0. "
          "Neal (2003).",
      .parameters = {{.name = "scale",
                      .description =
                          "standard deviation of v, a positive number",
                      .default_value = 3,
                      .minimum = kSmallestPositive,
                      .maximum = kLargestPositive}},
      .default_dimension = 10,
      .minimum_dimension = 2,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeFunnel(TargetParameters& parameters) {
  const bool valid = parameters.CheckDimension();
  const double scale = parameters.Scalar("scale");
  if (!valid || !parameters.ok()) return nullptr;
  return std::make_shared<Funnel>(parameters.dimension(), scale);
}

}  // namespace ttflow
