// A model with every part set, its numbers random.

#ifndef TTFLOW_TESTS_SERVER_CONVERT_RANDOM_MODEL_H_
#define TTFLOW_TESTS_SERVER_CONVERT_RANDOM_MODEL_H_

#include "core/sampler/model.h"

namespace ttflow::server {

// Three stages: with a flow in whitened coordinates and a train, with a flow in
// diagonal ones without, and without a flow. The same for the same seed.
Model RandomModel(Index dimension, unsigned seed);

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_CONVERT_RANDOM_MODEL_H_
