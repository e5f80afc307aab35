#include "server/convert/density_codec.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/density/density_sum.h"
#include "core/density/even_density.h"
#include "core/density/gaussian.h"
#include "core/density/mapped_density.h"
#include "core/density/mixture.h"
#include "core/density/squared_train.h"
#include "core/density/stretched_product.h"
#include "core/density/student_t.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "server/convert/coordinates_codec.h"
#include "server/convert/velocity_codec.h"

namespace ttflow::server {
namespace {

namespace stored = internal::convert;
using DensityOrStatus = absl::StatusOr<std::shared_ptr<const Density>>;

// Numbers of base densities in the store, as in a model's base.
constexpr std::int32_t kGaussian = 1;
constexpr std::int32_t kStudentT = 2;

// Sums of what is normalised may differ from one by so much.
constexpr double kNormalized = 1e-6;
// A matrix and its inverse, whose condition number may be large.
constexpr double kInverse = 1e-3;
// Far more functions than any option allows; bounds what a lie can allocate.
constexpr Index kMostFunctions = 256;

absl::Status Damaged(std::string_view part) {
  return absl::DataLossError(
      absl::StrCat("a stored density is damaged: ",
                   absl::string_view(part.data(), part.size())));
}

bool IsFinite(const Vector& values, Index size) {
  return values.size() == size && values.allFinite();
}

bool IsPositive(const Vector& values, Index size) {
  return IsFinite(values, size) && (values.array() > 0).all();
}

bool IsOne(double value) { return std::abs(value - 1) <= kNormalized; }

void EncodeMarginals(
    const std::vector<Marginal>& marginals,
    google::protobuf::RepeatedPtrField<stored::StoredMarginal>& out) {
  for (const Marginal& marginal : marginals) {
    stored::StoredMarginal& added = *out.Add();
    added.set_lower(marginal.lower());
    added.set_width(marginal.width());
    EncodeNumbers(marginal.log_density(), *added.mutable_log_density());
  }
}

void EncodeStretchedProduct(const StretchedProductParameters& parameters,
                            stored::StoredStretchedProduct& out) {
  EncodeCoordinates(parameters.coordinates, *out.mutable_coordinates());
  EncodeMarginals(parameters.marginals, *out.mutable_marginals());
  out.set_wide_weight(parameters.wide_weight);
  EncodeNumbers(parameters.wide_mean, *out.mutable_wide_mean());
  EncodeNumbers(parameters.wide_scale, *out.mutable_wide_scale());
}

void EncodeSquaredTrain(const SquaredTrainParameters& parameters,
                        stored::StoredSquaredTrain& out) {
  EncodeCoordinates(parameters.coordinates, *out.mutable_coordinates());
  EncodeMarginals(parameters.marginals, *out.mutable_marginals());
  EncodeNumbers(parameters.lower, *out.mutable_lower());
  EncodeNumbers(parameters.upper, *out.mutable_upper());
  out.set_basis_size(static_cast<std::int32_t>(parameters.basis_size));
  for (const TrainCore& core : parameters.train.cores) {
    EncodeCore(core, *out.add_cores());
  }
  out.set_defensive_weight(parameters.defensive_weight);
  EncodeNumbers(parameters.wide_mean, *out.mutable_wide_mean());
  EncodeNumbers(parameters.wide_scale, *out.mutable_wide_scale());
}

void EncodeComponent(const Density& density,
                     stored::StoredDensityComponent& out) {
  if (const auto* train = dynamic_cast<const SquaredTrainDensity*>(&density)) {
    EncodeSquaredTrain(train->parameters(), *out.mutable_squared_train());
  } else if (const auto* product =
                 dynamic_cast<const StretchedProductDensity*>(&density)) {
    EncodeStretchedProduct(product->parameters(),
                           *out.mutable_stretched_product());
  } else if (const auto* mixture =
                 dynamic_cast<const GaussianMixtureDensity*>(&density)) {
    const GaussianMixtureParameters& parameters = mixture->parameters();
    stored::StoredMixture& added = *out.mutable_mixture();
    EncodeNumbers(parameters.weights, *added.mutable_weights());
    EncodeNumbers(parameters.means, *added.mutable_means());
    for (const Matrix& root : parameters.root) {
      added.mutable_roots()->Add(root.data(), root.data() + root.size());
    }
    added.set_degrees_of_freedom(parameters.degrees_of_freedom);
  } else if (const auto* gaussian =
                 dynamic_cast<const GaussianDensity*>(&density)) {
    stored::StoredBase& added = *out.mutable_base();
    added.set_kind(kGaussian);
    EncodeNumbers(gaussian->mean(), *added.mutable_mean());
    EncodeNumbers(gaussian->scale(), *added.mutable_scale());
  } else {
    const auto* student = dynamic_cast<const StudentTDensity*>(&density);
    TTFLOW_CHECK(student != nullptr);
    stored::StoredBase& added = *out.mutable_base();
    added.set_kind(kStudentT);
    EncodeNumbers(student->mean(), *added.mutable_mean());
    EncodeNumbers(student->scale(), *added.mutable_scale());
    added.set_degrees_of_freedom(student->degrees_of_freedom());
  }
}

bool AreConsistent(const Coordinates& coordinates) {
  if (coordinates.is_diagonal()) return true;
  Matrix inverse = coordinates.inverse;
  if (coordinates.is_orthogonal()) inverse = coordinates.matrix.transpose();
  const Matrix product = inverse * coordinates.matrix;
  const Matrix identity = Matrix::Identity(product.rows(), product.cols());
  return (product - identity).cwiseAbs().maxCoeff() < kInverse &&
         std::isfinite(coordinates.LogDeterminant());
}

// The first core has norm one, the others are right-orthogonal: then the
// squared train integrates to one.
bool IsNormalized(const TrainCore& core, bool first) {
  if (first) return IsOne(core.unfolding.squaredNorm());
  Matrix gram = Matrix::Zero(core.left_rank, core.left_rank);
  for (Index j = 0; j < core.size; ++j) {
    gram += core.slice(j) * core.slice(j).transpose();
  }
  return (gram - Matrix::Identity(core.left_rank, core.left_rank))
             .cwiseAbs()
             .maxCoeff() <= kNormalized;
}

bool DecodeMarginal(const stored::StoredMarginal& in, Marginal& marginal) {
  Vector log_density = DecodeVector(in.log_density());
  if (log_density.size() < 2 || !log_density.allFinite() ||
      !std::isfinite(in.lower()) || !std::isfinite(in.width()) ||
      !(in.width() > 0)) {
    return false;
  }
  marginal =
      Marginal::FromNormalized(in.lower(), in.width(), std::move(log_density));
  return std::isfinite(marginal.upper()) &&
         IsOne(marginal.cumulative()[marginal.num_cells()]);
}

DensityOrStatus DecodeStretchedProduct(const stored::StoredStretchedProduct& in,
                                       Index dimension) {
  StretchedProductParameters parameters;
  if (!DecodeCoordinates(in.coordinates(), dimension, parameters.coordinates) ||
      !AreConsistent(parameters.coordinates)) {
    return Damaged("coordinates");
  }
  if (in.marginals_size() != dimension) {
    return Damaged("number of coordinates");
  }
  for (const stored::StoredMarginal& stored : in.marginals()) {
    Marginal marginal;
    if (!DecodeMarginal(stored, marginal)) return Damaged("marginal");
    parameters.marginals.push_back(std::move(marginal));
  }
  parameters.wide_weight = in.wide_weight();
  parameters.wide_mean = DecodeVector(in.wide_mean());
  parameters.wide_scale = DecodeVector(in.wide_scale());
  if (!(parameters.wide_weight > 0 && parameters.wide_weight < 1) ||
      !IsFinite(parameters.wide_mean, dimension) ||
      !IsPositive(parameters.wide_scale, dimension)) {
    return Damaged("wide part");
  }
  return std::make_shared<const StretchedProductDensity>(std::move(parameters));
}

DensityOrStatus DecodeSquaredTrain(const stored::StoredSquaredTrain& in,
                                   Index dimension) {
  SquaredTrainParameters parameters;
  if (!DecodeCoordinates(in.coordinates(), dimension, parameters.coordinates) ||
      !AreConsistent(parameters.coordinates)) {
    return Damaged("coordinates");
  }
  parameters.lower = DecodeVector(in.lower());
  parameters.upper = DecodeVector(in.upper());
  if (!IsFinite(parameters.lower, dimension) ||
      !IsFinite(parameters.upper, dimension) ||
      !(parameters.upper.array() > parameters.lower.array()).all()) {
    return Damaged("intervals");
  }
  parameters.basis_size = in.basis_size();
  if (parameters.basis_size < 1 || parameters.basis_size > kMostFunctions) {
    return Damaged("basis size");
  }
  if (in.marginals_size() != dimension || in.cores_size() != dimension) {
    return Damaged("number of coordinates");
  }
  Index rank = 1;
  for (int k = 0; k < dimension; ++k) {
    Marginal marginal;
    if (!DecodeMarginal(in.marginals(k), marginal)) return Damaged("marginal");
    TrainCore core;
    if (!DecodeCore(in.cores(k), core) || core.left_rank != rank ||
        !core.unfolding.allFinite() || !IsNormalized(core, k == 0) ||
        core.size != MakeCellBasis(marginal,
                                   parameters.lower[k],
                                   parameters.upper[k],
                                   parameters.basis_size)
                         .size()) {
      return Damaged("core");
    }
    rank = core.right_rank;
    parameters.marginals.push_back(std::move(marginal));
    parameters.train.cores.push_back(std::move(core));
  }
  if (rank != 1) return Damaged("ranks");
  parameters.defensive_weight = in.defensive_weight();
  parameters.wide_mean = DecodeVector(in.wide_mean());
  parameters.wide_scale = DecodeVector(in.wide_scale());
  if (!(parameters.defensive_weight > 0 && parameters.defensive_weight < 1) ||
      !IsFinite(parameters.wide_mean, dimension) ||
      !IsPositive(parameters.wide_scale, dimension)) {
    return Damaged("wide part");
  }
  return std::make_shared<const SquaredTrainDensity>(std::move(parameters));
}

DensityOrStatus DecodeMixture(const stored::StoredMixture& in,
                              Index dimension) {
  GaussianMixtureParameters parameters;
  parameters.weights = DecodeVector(in.weights());
  const Index count = parameters.num_components();
  const Vector means = DecodeVector(in.means());
  const Vector roots = DecodeVector(in.roots());
  if (count < 1 || !IsPositive(parameters.weights, count) ||
      !IsOne(parameters.weights.sum()) || !IsFinite(means, count * dimension) ||
      !IsFinite(roots, count * dimension * dimension) ||
      !(in.degrees_of_freedom() > 0)) {
    return Damaged("mixture");
  }
  parameters.means = Eigen::Map<const Matrix>(means.data(), count, dimension);
  for (Index k = 0; k < count; ++k) {
    parameters.root.emplace_back(Eigen::Map<const Matrix>(
        roots.data() + k * dimension * dimension, dimension, dimension));
    if (!(parameters.root.back().diagonal().array() > 0).all()) {
      return Damaged("covariance of a mixture");
    }
  }
  parameters.degrees_of_freedom = in.degrees_of_freedom();
  return std::make_shared<const GaussianMixtureDensity>(std::move(parameters));
}

DensityOrStatus DecodeBase(const stored::StoredBase& in, Index dimension) {
  Vector mean = DecodeVector(in.mean());
  Vector scale = DecodeVector(in.scale());
  if (!IsFinite(mean, dimension) || !IsPositive(scale, dimension)) {
    return Damaged("mean and scale");
  }
  if (in.kind() == kGaussian) {
    return std::make_shared<const GaussianDensity>(std::move(mean),
                                                   std::move(scale));
  }
  const double nu = in.degrees_of_freedom();
  if (in.kind() != kStudentT || !std::isfinite(nu) || !(nu > 0)) {
    return Damaged("kind");
  }
  return std::make_shared<const StudentTDensity>(
      std::move(mean), std::move(scale), nu);
}

DensityOrStatus DecodeComponent(const stored::StoredDensityComponent& in,
                                Index dimension) {
  using Kind = stored::StoredDensityComponent;
  switch (in.kind_case()) {
    case Kind::kBase:
      return DecodeBase(in.base(), dimension);
    case Kind::kSquaredTrain:
      return DecodeSquaredTrain(in.squared_train(), dimension);
    case Kind::kMixture:
      return DecodeMixture(in.mixture(), dimension);
    case Kind::kStretchedProduct:
      return DecodeStretchedProduct(in.stretched_product(), dimension);
    case Kind::KIND_NOT_SET:
      break;
  }
  return Damaged("component");
}

}  // namespace

void EncodeDensity(const Density& density, stored::StoredDensity& out) {
  if (const auto* even = dynamic_cast<const EvenDensity*>(&density)) {
    EncodeDensity(*even->half(), out);
    out.set_even(true);
    return;
  }
  if (const auto* mapped = dynamic_cast<const MappedDensity*>(&density)) {
    EncodeMap(mapped->map(), *out.mutable_map());
    EncodeDensity(mapped->straight(), out);
    return;
  }
  const auto* sum = dynamic_cast<const DensitySum*>(&density);
  if (sum == nullptr) {
    stored::StoredDensityComponent& component = *out.add_components();
    component.set_weight(1);
    EncodeComponent(density, component);
    return;
  }
  for (const DensitySum::Component& part : sum->components()) {
    stored::StoredDensityComponent& component = *out.add_components();
    component.set_weight(part.weight);
    EncodeComponent(*part.density, component);
  }
}

DensityOrStatus DecodeDensity(const stored::StoredDensity& in,
                              Index dimension) {
  std::vector<DensitySum::Component> components;
  double total = 0;
  for (const stored::StoredDensityComponent& stored : in.components()) {
    if (!(stored.weight() > 0)) return Damaged("weight");
    total += stored.weight();
    TTFLOW_ASSIGN_OR_RETURN(std::shared_ptr<const Density> density,
                            DecodeComponent(stored, dimension));
    components.push_back({stored.weight(), std::move(density)});
  }
  // Infinite and missing weights among others.
  if (!IsOne(total)) return Damaged("weights");
  std::shared_ptr<const Density> density;
  if (components.size() == 1) {
    density = std::move(components.front().density);
  } else {
    density = std::make_shared<const DensitySum>(std::move(components));
  }
  if (!in.map().empty()) {
    std::optional<TriangularMap> map = DecodeMap(in.map(), dimension);
    if (!map.has_value()) return Damaged("map");
    density = std::make_shared<const MappedDensity>(
        std::make_shared<const TriangularMap>(*std::move(map)),
        std::move(density));
  }
  if (in.even())
    density = std::make_shared<const EvenDensity>(std::move(density));
  return density;
}

}  // namespace ttflow::server
