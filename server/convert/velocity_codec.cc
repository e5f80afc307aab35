#include "server/convert/velocity_codec.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace ttflow::server {
namespace {

using internal::convert::StoredBasis;
using internal::convert::StoredCore;
using internal::convert::StoredTrain;
using internal::convert::StoredVelocity;

// What a stored family's number means; numbers are never given anew.
constexpr BasisFamily kFamilies[] = {BasisFamily::kFourierExtension,
                                     BasisFamily::kPureFourier,
                                     BasisFamily::kLegendre,
                                     BasisFamily::kChebyshev,
                                     BasisFamily::kBSpline,
                                     BasisFamily::kWavelet};
constexpr std::int32_t kFirstFamily = 1;
// 0, what older flows have, is H2.
constexpr std::int32_t kL2 = 1;

std::int32_t Int32(Index value) { return static_cast<std::int32_t>(value); }

void EncodeBasis(const BasisSpec& spec, StoredBasis& out) {
  const auto* const family = std::ranges::find(kFamilies, spec.family);
  out.set_family(kFirstFamily + Int32(family - std::begin(kFamilies)));
  out.set_size(Int32(spec.size));
  out.set_orthonormal(spec.orthonormal);
  out.set_lower(spec.lower);
  out.set_upper(spec.upper);
  if (spec.inner_product == InnerProduct::kL2) out.set_inner_product(kL2);
}

bool DecodeBasis(const StoredBasis& stored, BasisSpec& spec) {
  const std::int32_t family = stored.family() - kFirstFamily;
  if (family < 0 || family >= Int32(std::ssize(kFamilies)) ||
      stored.inner_product() < 0 || stored.inner_product() > kL2) {
    return false;
  }
  spec.family = kFamilies[family];
  spec.inner_product =
      stored.inner_product() == kL2 ? InnerProduct::kL2 : InnerProduct::kH2;
  spec.size = stored.size();
  spec.orthonormal = stored.orthonormal();
  spec.lower = stored.lower();
  spec.upper = stored.upper();
  return spec.size >= 1 && std::isfinite(spec.lower) &&
         std::isfinite(spec.upper) && spec.lower < spec.upper;
}

bool DecodeAdditive(const StoredVelocity& stored,
                    Index dimension,
                    Potential& potential) {
  if (stored.additive_basis_size() != dimension ||
      stored.additive_size() != dimension) {
    return false;
  }
  for (int k = 0; k < dimension; ++k) {
    BasisSpec spec;
    if (!DecodeBasis(stored.additive_basis(k), spec)) return false;
    potential.additive_basis.push_back(spec);
    potential.additive.push_back(DecodeVector(stored.additive(k).values()));
    // A basis may leave functions out, never add some.
    if (potential.additive.back().size() > spec.size) return false;
  }
  return true;
}

bool DecodePairs(const StoredVelocity& stored,
                 Index dimension,
                 Potential& potential) {
  const int count = stored.pair_i_size();
  if (stored.pair_j_size() != count ||
      stored.pair_coefficient_size() != count) {
    return false;
  }
  for (int p = 0; p < count; ++p) {
    const PairTerm term{.i = stored.pair_i(p),
                        .j = stored.pair_j(p),
                        .coefficient = stored.pair_coefficient(p)};
    if (term.i < 0 || term.j <= term.i || term.j >= dimension) return false;
    potential.pairs.push_back(term);
  }
  return true;
}

// Decodes bases and as many cores that fit to them and to each other; none of
// both is valid.
template <typename Cores, typename Bases>
bool DecodeTrain(const Cores& cores,
                 const Bases& bases,
                 Index dimension,
                 std::vector<BasisSpec>& basis,
                 TensorTrain& train) {
  if (cores.size() != bases.size()) return false;
  if (cores.empty()) return true;
  if (cores.size() != dimension) return false;
  Index rank = 1;
  for (int k = 0; k < cores.size(); ++k) {
    BasisSpec spec;
    TrainCore core;
    if (!DecodeBasis(bases[k], spec) || !DecodeCore(cores[k], core) ||
        core.left_rank != rank || core.size > spec.size) {
      return false;
    }
    rank = core.right_rank;
    basis.push_back(spec);
    train.cores.push_back(std::move(core));
  }
  return rank == 1;
}

bool DecodeComponents(const StoredVelocity& stored,
                      Index dimension,
                      Velocity& velocity) {
  if (stored.components().empty()) return stored.component_basis().empty();
  if (stored.components_size() != dimension) return false;
  for (const StoredTrain& one : stored.components()) {
    std::vector<BasisSpec> basis;
    TensorTrain train;
    if (one.cores().empty() ||
        !DecodeTrain(
            one.cores(), stored.component_basis(), dimension, basis, train)) {
      return false;
    }
    velocity.component_basis = std::move(basis);
    velocity.components.push_back(std::move(train));
  }
  return true;
}

}  // namespace

void EncodeNumbers(const Matrix& matrix,
                   google::protobuf::RepeatedField<double>& out) {
  out.Assign(matrix.data(), matrix.data() + matrix.size());
}

void EncodeNumbers(const Vector& vector,
                   google::protobuf::RepeatedField<double>& out) {
  out.Assign(vector.data(), vector.data() + vector.size());
}

Vector DecodeVector(const google::protobuf::RepeatedField<double>& values) {
  return Eigen::Map<const Vector>(values.data(), values.size());
}

void EncodeCore(const TrainCore& core, StoredCore& out) {
  out.set_left_rank(Int32(core.left_rank));
  out.set_size(Int32(core.size));
  out.set_right_rank(Int32(core.right_rank));
  EncodeNumbers(core.unfolding, *out.mutable_unfolding());
}

bool DecodeCore(const StoredCore& stored, TrainCore& core) {
  if (stored.left_rank() < 1 || stored.size() < 1 || stored.right_rank() < 1) {
    return false;
  }
  core.left_rank = stored.left_rank();
  core.size = stored.size();
  core.right_rank = stored.right_rank();
  const Vector values = DecodeVector(stored.unfolding());
  const Index rows = core.left_rank * core.size;
  if (rows > values.size() || values.size() != rows * core.right_rank) {
    return false;
  }
  core.unfolding =
      Eigen::Map<const Matrix>(values.data(), rows, core.right_rank);
  return true;
}

void EncodeVelocity(const Velocity& velocity, StoredVelocity& out) {
  const Potential& potential = velocity.potential;
  for (const BasisSpec& spec : potential.additive_basis) {
    EncodeBasis(spec, *out.add_additive_basis());
  }
  for (const Vector& coefficients : potential.additive) {
    EncodeNumbers(coefficients, *out.add_additive()->mutable_values());
  }
  for (const PairTerm& term : potential.pairs) {
    out.add_pair_i(Int32(term.i));
    out.add_pair_j(Int32(term.j));
    out.add_pair_coefficient(term.coefficient);
  }
  for (const BasisSpec& spec : potential.train_basis) {
    EncodeBasis(spec, *out.add_train_basis());
  }
  for (const TrainCore& core : potential.train.cores) {
    EncodeCore(core, *out.add_cores());
  }
  for (const BasisSpec& spec : velocity.component_basis) {
    EncodeBasis(spec, *out.add_component_basis());
  }
  for (const TensorTrain& train : velocity.components) {
    StoredTrain& stored = *out.add_components();
    for (const TrainCore& core : train.cores) {
      EncodeCore(core, *stored.add_cores());
    }
  }
}

bool DecodeVelocity(const StoredVelocity& stored,
                    Index dimension,
                    Velocity& velocity,
                    std::string& fault) {
  velocity = Velocity();
  Potential& potential = velocity.potential;
  const bool empty = stored.additive_basis_size() == 0 &&
                     stored.additive_size() == 0 && stored.pair_i_size() == 0 &&
                     stored.cores_size() == 0 && stored.components_size() == 0;
  if (empty) return true;
  if (!DecodeAdditive(stored, dimension, potential)) {
    fault = "additive part";
    return false;
  }
  if (!DecodePairs(stored, dimension, potential)) {
    fault = "pairs";
    return false;
  }
  if (!DecodeTrain(stored.cores(),
                   stored.train_basis(),
                   dimension,
                   potential.train_basis,
                   potential.train)) {
    fault = "interaction train";
    return false;
  }
  if (!DecodeComponents(stored, dimension, velocity)) {
    fault = "component trains";
    return false;
  }
  return true;
}

}  // namespace ttflow::server
