#include "core/targets/mw54.h"

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {

Mw54::Mw54() : well_(-8, 0, 16) {}

EnergyTraits Mw54::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 6;
  return traits;
}

absl::Status Mw54::Evaluate(const ConstMatrixRef& x,
                            VectorRef energy,
                            MatrixRef* gradient,
                            Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(kDimension, x, energy, gradient));
  auto total = energy.array();
  total.setZero();
  for (Index k = 0; k < kDimension; ++k) {
    const auto coordinate = x.col(k).array();
    // (x^2 - 4)^2, not its expansion, which cancels near the modes.
    total += (coordinate.square() - 4).square();
    if (gradient != nullptr) {
      gradient->col(k).array() = 4 * coordinate * (coordinate.square() - 4);
    }
  }
  return absl::OkStatus();
}

std::optional<double> Mw54::LogEvidence() const {
  return static_cast<double>(kDimension) * well_.LogNormalizer();
}

std::optional<Matrix> Mw54::SampleExactly(Index count,
                                          const RandomKey& key) const {
  Matrix samples(count, kDimension);
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    for (Index k = 0; k < kDimension; ++k) samples(i, k) = well_.Sample(stream);
  }
  return samples;
}

Matrix Mw54::ModeCenters() const {
  Matrix centers(Index{1} << kDimension, kDimension);
  for (Index mode = 0; mode < centers.rows(); ++mode) {
    for (Index k = 0; k < kDimension; ++k)
      centers(mode, k) = ((mode >> k) & 1) != 0 ? 2 : -2;
  }
  return centers;
}

TargetSchema Mw54Schema() {
  return {
      .name = "mw54",
      .description =
          "sum of (x_i^2 - 4)^2 over five coordinates: 32 equal modes behind "
          "high "
          "barriers. log Z = -0.541056.",
      .parameters = {},
      .default_dimension = Mw54::kDimension,
      .minimum_dimension = Mw54::kDimension,
      .maximum_dimension = Mw54::kDimension,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeMw54(TargetParameters& parameters) {
  if (!parameters.CheckDimension() || !parameters.ok()) return nullptr;
  return std::make_shared<Mw54>();
}

}  // namespace ttflow
