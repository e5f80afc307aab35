// Descent: many local minimisations of an energy at once.

#ifndef TTFLOW_CORE_SAMPLER_DESCENT_H_
#define TTFLOW_CORE_SAMPLER_DESCENT_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

struct DescentOptions {
  int max_evaluations = 100;  // of each start
  // A start has arrived when its quasi-Newton model promises so little, nats.
  double tolerance = 1e-4;
  // Of all starts together: those that are on their way then do not arrive.
  std::int64_t most_evaluations = std::int64_t{1} << 40;
  // Where it says so of a place, a start that comes there has arrived: the rest
  // of its way is known. Never asked if empty.
  std::function<bool(const Vector& x)> is_known;
};

struct DescentResult {
  Matrix position;            // [n, d]
  Vector energy;              // [n]
  Matrix gradient;            // [n, d]
  std::vector<bool> arrived;  // [n]
};

// Minimises the energy from every row of `start` [n, d] by limited-memory BFGS
// with backtracking, all starts in one batch an iteration. `scale` [d] is the
// unit of each coordinate. A start whose energy is not finite does not arrive.
//
// Errors: the energy's and the interrupter's.
// Source: Nocedal and Wright (2006), algorithms 7.4 and 3.1.
absl::StatusOr<DescentResult> Descend(const ConstMatrixRef& start,
                                      const ConstVectorRef& scale,
                                      const DescentOptions& options,
                                      CountingEnergy& energy,
                                      Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_DESCENT_H_
