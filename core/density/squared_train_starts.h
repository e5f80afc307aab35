// Squared train starts: the trains from which an alternating fit begins.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_STARTS_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_STARTS_H_

#include <cstdint>
#include <optional>

#include "core/density/squared_train.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Returns the train with every rank one larger, up to `max_rank` and where the
// neighbours can fill it; what is new has small random entries.
// Random: streams (kFit, 4096 (growth + 1) + k, 0) of `key`.
TensorTrain GrowRanks(const TensorTrain& train,
                      Index max_rank,
                      const RandomKey& key,
                      std::uint32_t growth);

// Carries the train of `previous` into the bases of `product`, a density on
// other marginals of the same coordinates: T sqrt(q_old / q_new), projected,
// then rounded to `max_rank`. Nothing where that is not finite or vanishes.
std::optional<TensorTrain> CarryOver(const SquaredTrainDensity& previous,
                                     const SquaredTrainDensity& product,
                                     Index max_rank);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_STARTS_H_
