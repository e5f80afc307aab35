#include "core/targets/coupled_wells.h"

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

CoupledWells::CoupledWells(Index dimension, const WellBond& bond)
    : dimension_(dimension), bond_(bond), well_(-6, -0.5, 0) {}

EnergyTraits CoupledWells::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns =
      static_cast<double>(dimension_) * (bond_.sine != 0 ? 40 : 2);
  return traits;
}

absl::Status CoupledWells::Evaluate(const ConstMatrixRef& x,
                                    VectorRef energy,
                                    MatrixRef* gradient,
                                    Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension_, x, energy, gradient));
  auto total = energy.array();
  total = well_.Energies(x.col(0).array());
  if (gradient != nullptr)
    gradient->col(0).array() = well_.Slopes(x.col(0).array());
  for (Index k = 1; k < dimension_; ++k) {
    const auto left = x.col(k - 1).array();
    const auto right = x.col(k).array();
    total += well_.Energies(right) + bond_.coupling * (left - right).square();
    if (bond_.quartic != 0) total += bond_.quartic * (left * right).square();
    if (bond_.sine != 0) total += bond_.sine * (left * right).sin();
    if (gradient == nullptr) continue;
    auto left_slope = gradient->col(k - 1).array();
    auto right_slope = gradient->col(k).array();
    left_slope += 2 * bond_.coupling * (left - right);
    right_slope = well_.Slopes(right) + 2 * bond_.coupling * (right - left);
    if (bond_.quartic != 0) {
      left_slope += 2 * bond_.quartic * left * right.square();
      right_slope += 2 * bond_.quartic * right * left.square();
    }
    if (bond_.sine != 0) {
      const Eigen::ArrayXd cosine = bond_.sine * (left * right).cos();
      left_slope += cosine * right;
      right_slope += cosine * left;
    }
  }
  return absl::OkStatus();
}

const WellChain& CoupledWells::Chain() const {
  std::call_once(solved_, [this] {
    chain_ = std::make_unique<const WellChain>(well_, bond_, dimension_);
  });
  return *chain_;
}

std::optional<double> CoupledWells::LogEvidence() const {
  return Chain().LogEvidence();
}

std::optional<Matrix> CoupledWells::SampleExactly(Index count,
                                                  const RandomKey& key) const {
  if (!LogEvidence().has_value()) return std::nullopt;
  Matrix samples(count, dimension_);
  Vector draw(dimension_);
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    Chain().Sample(stream, draw);
    samples.row(i) = draw;
  }
  return samples;
}

TargetSchema CoupledWellsSchema() {
  return {
      .name = "coupled_wells",
      .description =
          "Chain of double wells, sum_i (x_i^4 - 6 x_i^2 - x_i/2) + sum_i "
          "[coupling (x_i - "
          "x_{i+1})^2 + quartic x_i^2 x_{i+1}^2 + sine sin(x_i x_{i+1})]. "
          "Truth by the transfer "
          "operator.",
      .parameters =
          {{.name = "coupling",
            .description =
                "strength of (x_i - x_{i+1})^2, a number from 0 to 100",
            .default_value = 0.5,
            .minimum = 0,
            .maximum = 100},
           {.name = "quartic",
            .description = "strength of x_i^2 x_{i+1}^2, a number from 0 to 10",
            .default_value = 0,
            .minimum = 0,
            .maximum = 10},
           {.name = "sine",
            .description =
                "strength of sin(x_i x_{i+1}), a number from -10 to 10",
            .default_value = 0,
            .minimum = -10,
            .maximum = 10}},
      .default_dimension = 8,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeCoupledWells(TargetParameters& parameters) {
  const bool valid = parameters.CheckDimension();
  const WellBond bond{.coupling = parameters.Scalar("coupling"),
                      .quartic = parameters.Scalar("quartic"),
                      .sine = parameters.Scalar("sine")};
  if (!valid || !parameters.ok()) return nullptr;
  return std::make_shared<CoupledWells>(parameters.dimension(), bond);
}

}  // namespace ttflow
