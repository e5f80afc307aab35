// CountingEnergy: the one adapter through which every call of an energy goes.

#ifndef TTFLOW_CORE_ENERGY_COUNTING_ENERGY_H_
#define TTFLOW_CORE_ENERGY_COUNTING_ENERGY_H_

#include <cstdint>
#include <memory>

#include "core/energy/energy.h"
#include "core/foundation/executor.h"

namespace ttflow {

// Numbers of points at which an energy was evaluated.
struct EvaluationCounts {
  std::int64_t num_energy_evaluations =
      0;  // every point, with or without gradient
  std::int64_t num_gradient_evaluations = 0;  // those of them with gradient
  std::int64_t num_nonfinite = 0;  // points whose energy was NaN or +-inf
};

// Evaluates in parallel batches of the energy's preferred size, counts, and
// cleans up non-finite values: where the energy or its gradient is not finite
// the energy becomes +infinity and the gradient zero, so that such a point has
// weight zero and never spreads NaN.
//
// The interrupter is asked before each batch, from the calling thread; batches
// that run in parallel make one question together, a few milliseconds of
// nominal cost apart. Results do not depend on the number of threads.
class CountingEnergy {
 public:
  CountingEnergy(std::shared_ptr<const Energy> energy,
                 const Executor& executor);

  Index dimension() const { return energy_->dimension(); }
  const Energy& energy() const { return *energy_; }
  std::shared_ptr<const Energy> shared_energy() const { return energy_; }

  // Goes on, and goes on counting, with the same energy in other coordinates.
  void Restate(std::shared_ptr<const Energy> energy);

  // Shapes as Energy::Evaluate. Threads: called from one thread at a time; the
  // batches run on the executor where the energy is thread-safe.
  absl::Status Evaluate(const ConstMatrixRef& x,
                        Vector& energy,
                        Matrix* gradient,
                        Interrupter& interrupter);

  EvaluationCounts counts() const { return counts_; }

 private:
  std::shared_ptr<const Energy> energy_;
  const Executor& executor_;
  EvaluationCounts counts_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_COUNTING_ENERGY_H_
