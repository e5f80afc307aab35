// Energy: the seam between the engine and what it samples.

#ifndef TTFLOW_CORE_ENERGY_ENERGY_H_
#define TTFLOW_CORE_ENERGY_ENERGY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/energy/bounds.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

// What the engine may know of an energy beside its values.
struct EnergyTraits {
  bool has_gradient = true;
  // Points a call at which the energy works best.
  Index preferred_batch = 512;
  // Whether Evaluate may be called from several threads at once.
  bool thread_safe = true;
  // Cost of one energy and gradient in nanoseconds, as far as known; decisions
  // by cost use it, never a clock, so that a run can be repeated.
  double nominal_cost_ns = 100;
  // Names of the coordinates, [d] or empty.
  std::vector<std::string> coordinate_names;
  // Where the coordinates lie, [d], or empty: anywhere. The engine asks for no
  // energy outside, and Z is the integral over this box.
  std::vector<Bounds> bounds;
};

// E(x) = -log of an unnormalised density on R^d, or on a box in it, in nats.
class Energy {
 public:
  virtual ~Energy() = default;

  virtual Index dimension() const = 0;
  virtual EnergyTraits Traits() const { return {}; }

  // Computes the energy, and its gradient unless `gradient` is null.
  //
  // Shapes:  x [N, d]; energy [N]; gradient [N, d]; all owned by the caller.
  // Errors:  kInvalidArgument if a shape does not match; what the interrupter
  //          or a remote evaluator reports. Non-finite values are data, not
  //          errors: such a particle gets weight zero and is counted.
  // Threads: const; concurrent calls only if Traits().thread_safe.
  virtual absl::Status Evaluate(const ConstMatrixRef& x,
                                VectorRef energy,
                                MatrixRef* gradient,
                                Interrupter& interrupter) const = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_ENERGY_ENERGY_H_
