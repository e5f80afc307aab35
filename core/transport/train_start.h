// Train start: where the alternating fits of a stage begin.

#ifndef TTFLOW_CORE_TRANSPORT_TRAIN_START_H_
#define TTFLOW_CORE_TRANSPORT_TRAIN_START_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/random.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Makes a sum of products of few random functions near each other,
//   sum_{i < j} a_i(u_i) decay^(j - i - 1) b_j(u_j),
// of value near zero: rank three, the middle channel open between i and j.
// Interactions of any coordinates can grow from there in any number of
// dimensions, where a product of d random functions would be wild. With a
// bound of fewer ranks, or fewer coordinates, a product of factors near one.
//
// Shapes: basis and sizes [d].
// Random: key, purpose kFit.
TensorTrain LocalStart(std::span<const BasisSpec> basis,
                       std::span<const Index> sizes,
                       Index max_rank,
                       const RandomKey& key);

// Makes a sum sum_k g_k(u_k) of random functions, of value near zero: rank two,
// or, with max_rank 1 or one coordinate, a product of factors near one.
//
// Random: key, purpose kFit; another `number` draws others.
TensorTrain AdditiveStart(std::span<const BasisSpec> basis,
                          std::span<const Index> sizes,
                          Index max_rank,
                          const RandomKey& key,
                          std::uint32_t number);

// Writes an old train in new bases of the given sizes; nothing if there is no
// old one or the sizes cannot be kept.
std::optional<TensorTrain> CarryOver(const TensorTrain& old,
                                     std::span<const BasisSpec> old_basis,
                                     std::span<const BasisSpec> basis,
                                     std::span<const Index> sizes);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_TRAIN_START_H_
