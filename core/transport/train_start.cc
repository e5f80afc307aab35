#include "core/transport/train_start.h"

#include <cmath>
#include <utility>

#include "core/basis/h2_orthonormal.h"
#include "core/basis/reexpansion.h"
#include "core/foundation/types.h"
#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/factories.h"

namespace ttflow {
namespace {

constexpr double kValue = 1e-6;

// The function 1 in the `size` functions that a basis has.
Vector One(const BasisSpec& spec, Index size) {
  return ConstantCoefficients(spec).head(size);
}

// A function with random coefficients but for the constant's.
Vector RandomFunction(Index size, double scale, RandomStream& random) {
  Vector function = Vector::Zero(size);
  for (Index j = 1; j < size; ++j) function[j] = scale * random.Normal();
  return function;
}

TensorTrain NearOneStart(std::span<const BasisSpec> basis,
                         std::span<const Index> sizes,
                         const RandomKey& key,
                         std::uint32_t draw) {
  const double spread = 1 / std::sqrt(static_cast<double>(sizes.size()));
  std::vector<Vector> factors;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const Vector one = One(basis[k], sizes[k]);
    RandomStream random =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), draw);
    factors.push_back(one + RandomFunction(sizes[k], spread * one[0], random));
  }
  return Scale(MakeRankOneTrain(factors), kValue);
}

}  // namespace

TensorTrain LocalStart(std::span<const BasisSpec> basis,
                       std::span<const Index> sizes,
                       Index max_rank,
                       const RandomKey& key) {
  constexpr double kDecay = 0.2;
  const Index d = static_cast<Index>(sizes.size());
  if (max_rank < 3 || d < 3) return NearOneStart(basis, sizes, key, 1);
  TensorTrain train;
  for (Index k = 0; k < d; ++k) {
    const bool first = k == 0, last = k + 1 == d;
    const Vector one = One(basis[k], sizes[k]);
    RandomStream random =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), 1);
    TrainCore core;
    core.size = sizes[k];
    core.left_rank = first ? 1 : 3;
    core.right_rank = last ? 1 : 3;
    core.unfolding = Matrix::Zero(core.left_rank * core.size, core.right_rank);
    const auto set = [&](Index a, Index b, const Vector& function) {
      // The first core has the first channel alone, the last core the last.
      const Index row = first ? 0 : a, column = last ? 0 : b;
      for (Index j = 0; j < core.size; ++j) {
        core.slice(j)(row, column) = function[j];
      }
    };
    if (!last) set(0, 0, one);
    if (!last) set(0, 1, RandomFunction(sizes[k], one[0], random));
    if (!first && !last) set(1, 1, kDecay * one);
    if (!first) set(1, 2, RandomFunction(sizes[k], one[0], random));
    if (!first) set(2, 2, one);
    if (first) core.unfolding *= kValue;
    train.cores.push_back(std::move(core));
  }
  return train;
}

TensorTrain AdditiveStart(std::span<const BasisSpec> basis,
                          std::span<const Index> sizes,
                          Index max_rank,
                          const RandomKey& key,
                          std::uint32_t number) {
  const std::uint32_t draw = 2 + number;  // 1 is LocalStart's
  if (max_rank < 2 || sizes.size() < 2) {
    return NearOneStart(basis, sizes, key, draw);
  }
  std::vector<Vector> terms, ones;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    ones.push_back(One(basis[k], sizes[k]));
    RandomStream random =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), draw);
    terms.push_back(RandomFunction(sizes[k], ones.back()[0], random));
  }
  return Scale(MakeAdditiveTrain(terms, ones), kValue);
}

std::optional<TensorTrain> CarryOver(const TensorTrain& old,
                                     std::span<const BasisSpec> old_basis,
                                     std::span<const BasisSpec> basis,
                                     std::span<const Index> sizes) {
  if (old.cores.size() != basis.size() || old_basis.size() != basis.size()) {
    return std::nullopt;
  }
  TensorTrain train = old;
  for (std::size_t k = 0; k < basis.size(); ++k) {
    if (old_basis[k] == basis[k]) continue;
    train = TransformCoordinate(std::move(train),
                                static_cast<Index>(k),
                                ReexpansionMatrix(old_basis[k], basis[k]));
  }
  for (std::size_t k = 0; k < basis.size(); ++k) {
    if (train.cores[k].size != sizes[k]) return std::nullopt;
  }
  return train;
}

}  // namespace ttflow
