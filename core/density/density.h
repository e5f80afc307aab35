// Density: an exact, normalised density that can be drawn from.

#ifndef TTFLOW_CORE_DENSITY_DENSITY_H_
#define TTFLOW_CORE_DENSITY_DENSITY_H_

#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// Sampling and density agree exactly: a mismatch between the two is a bias of
// every weight, so both come from the same numbers.
class Density {
 public:
  virtual ~Density() = default;

  virtual Index dimension() const = 0;

  // Returns `count` independent draws [count, d]. Draw i uses the stream
  // (kBase, 0, first + i) of `key` and nothing else.
  virtual Matrix Sample(Index count,
                        const RandomKey& key,
                        const Executor& executor,
                        Index first) const = 0;

  // Computes log p(x), normalised, in nats, and its gradient unless null.
  // Shapes: x [N, d]; log_density [N] and score [N, d] are resized.
  virtual void LogDensity(const ConstMatrixRef& x,
                          const Executor& executor,
                          Vector& log_density,
                          Matrix* score) const = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_DENSITY_H_
