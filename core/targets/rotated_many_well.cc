#include "core/targets/rotated_many_well.h"

#include <Eigen/QR>

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// Above it the rotation would take minutes to make.
constexpr Index kMaximumDimension = 2048;

}  // namespace

Matrix RandomRotation(Index dimension, std::uint64_t seed) {
  Matrix normal(dimension, dimension);
  const RandomKey key(seed);
  for (Index i = 0; i < dimension; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 1, static_cast<std::uint64_t>(i));
    for (Index j = 0; j < dimension; ++j) normal(i, j) = stream.Normal();
  }
  const Eigen::HouseholderQR<Matrix> qr(normal);
  Matrix rotation = qr.householderQ();
  // With R's diagonal positive the factorisation is unique, hence Q uniform.
  for (Index j = 0; j < dimension; ++j) {
    if (qr.matrixQR()(j, j) < 0) rotation.col(j) = -rotation.col(j);
  }
  return rotation;
}

RotatedManyWell::RotatedManyWell(Index dimension, std::uint64_t rotation_seed)
    : inner_(dimension), rotation_(RandomRotation(dimension, rotation_seed)) {}

EnergyTraits RotatedManyWell::Traits() const {
  EnergyTraits traits;
  const double d = static_cast<double>(dimension());
  traits.nominal_cost_ns = 2 * d + 0.25 * d * d;
  return traits;
}

absl::Status RotatedManyWell::Evaluate(const ConstMatrixRef& x,
                                       VectorRef energy,
                                       MatrixRef* gradient,
                                       Interrupter& interrupter) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  const Matrix unrotated = x * rotation_;
  if (gradient == nullptr)
    return inner_.Evaluate(unrotated, energy, nullptr, interrupter);
  Matrix inner_gradient(x.rows(), x.cols());
  MatrixRef inner_gradient_ref = inner_gradient;
  TTFLOW_RETURN_IF_ERROR(
      inner_.Evaluate(unrotated, energy, &inner_gradient_ref, interrupter));
  gradient->noalias() = inner_gradient * rotation_.transpose();
  return absl::OkStatus();
}

std::optional<Matrix> RotatedManyWell::SampleExactly(
    Index count, const RandomKey& key) const {
  return Matrix(*inner_.SampleExactly(count, key) * rotation_.transpose());
}

Matrix RotatedManyWell::ModeCenters() const {
  const Matrix centers = inner_.ModeCenters();
  if (centers.size() == 0) return {};
  return centers * rotation_.transpose();
}

TargetSchema RotatedManyWellSchema() {
  return {
      .name = "rotated_many_well",
      .description =
          "many_well in y = Q x, Q a random rotation: no product any more. log "
          "Z as "
          "many_well.",
      .parameters = {{.name = "rotation_seed",
                      .description =
                          "seed of the rotation, an integer from 0 to 2^53",
                      .default_value = 0,
                      .minimum = 0,
                      .maximum = 0x1.0p53}},
      .default_dimension = 16,
      .minimum_dimension = 2,
      .maximum_dimension = kMaximumDimension,
      .dimension_multiple = 2,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeRotatedManyWell(
    TargetParameters& parameters) {
  const bool valid = parameters.CheckDimension();
  const double seed = parameters.Integer("rotation_seed");
  if (!valid || !parameters.ok()) return nullptr;
  return std::make_shared<RotatedManyWell>(parameters.dimension(),
                                           static_cast<std::uint64_t>(seed));
}

}  // namespace ttflow
