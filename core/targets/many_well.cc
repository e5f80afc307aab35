#include "core/targets/many_well.h"

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"
#include "core/math/standard_normal.h"

namespace ttflow {

ManyWell::ManyWell(Index dimension)
    : dimension_(dimension), well_(-6, -0.5, 0) {}

EnergyTraits ManyWell::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 1.0 * static_cast<double>(dimension_);
  return traits;
}

absl::Status ManyWell::Evaluate(const ConstMatrixRef& x,
                                VectorRef energy,
                                MatrixRef* gradient,
                                Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension_, x, energy, gradient));
  auto total = energy.array();
  total.setZero();
  for (Index k = 0; k < dimension_; k += 2) {
    const auto a = x.col(k).array();
    const auto b = x.col(k + 1).array();
    total += well_.Energies(a) + 0.5 * b.square();
    if (gradient != nullptr) {
      gradient->col(k).array() = well_.Slopes(a);
      gradient->col(k + 1) = x.col(k + 1);
    }
  }
  return absl::OkStatus();
}

std::optional<double> ManyWell::LogEvidence() const {
  return 0.5 * static_cast<double>(dimension_) *
         (well_.LogNormalizer() + kHalfLogTwoPi);
}

std::optional<Matrix> ManyWell::SampleExactly(Index count,
                                              const RandomKey& key) const {
  Matrix samples(count, dimension_);
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    for (Index k = 0; k < dimension_; k += 2) {
      samples(i, k) = well_.Sample(stream);
      samples(i, k + 1) = stream.Normal();
    }
  }
  return samples;
}

Matrix ManyWell::ModeCenters() const {
  if (dimension_ > kMaximumModeDimension) return {};
  const Index pairs = dimension_ / 2;
  Matrix centers = Matrix::Zero(Index{1} << pairs, dimension_);
  for (Index mode = 0; mode < centers.rows(); ++mode) {
    for (Index p = 0; p < pairs; ++p) {
      centers(mode, 2 * p) =
          well_.minima()[static_cast<std::size_t>((mode >> p) & 1)];
    }
  }
  return centers;
}

TargetSchema ManyWellSchema() {
  return {
      .name = "many_well",
      .description =
          "d/2 pairs (a, b) of -a/2 - 6 a^2 + a^4 + b^2/2: 2^(d/2) modes. log "
          "Z = d/2 * 10.2934797. "
          "Noe et al. (2019), Midgley et al. (2023).",
      .parameters = {},
      .default_dimension = 32,
      .minimum_dimension = 2,
      .dimension_multiple = 2,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeManyWell(TargetParameters& parameters) {
  if (!parameters.CheckDimension() || !parameters.ok()) return nullptr;
  return std::make_shared<ManyWell>(parameters.dimension());
}

}  // namespace ttflow
