// Wide base: where the path starts, found without help from the user.

#ifndef TTFLOW_CORE_SAMPLER_WIDE_BASE_H_
#define TTFLOW_CORE_SAMPLER_WIDE_BASE_H_

#include "absl/status/statusor.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/random.h"
#include "core/sampler/model.h"
#include "core/sampler/sampler_options.h"

namespace ttflow {

// Finds mean and scale of a base that covers the target, from energies and
// gradients at a few thousand points, all counted.
//
// Scans scales 1e-2 .. 1e3 of an isotropic normal, 32 points each, downwards
// from the widest to the first maximum of the evidence lower bound: the widest
// normal that the energy supports, where the global maximum could be a single
// mode. Diagonal Newton steps of the same bound then move the centre and set
// each coordinate's scale; the result is widened. Whatever `options` gives is
// kept.
//
// Errors: kFailedPrecondition if the energy is finite nowhere on the scan.
// Random: streams (kProbe, round, point) of `key`.
absl::StatusOr<BaseParameters> FindWideBase(CountingEnergy& energy,
                                            const BaseOptions& options,
                                            const RandomKey& key,
                                            Interrupter& interrupter);

// Widens a base to the modes that descents from far outside of it end in: where
// space between modes is empty, the scan's bound prefers a single one. Scales
// only grow, to four fifths of the distance of the furthest mode that is not
// hopelessly high; the centre stays.
//
// 24 descents, all counted. Errors: the energy's and the interrupter's.
// Random: streams (kProbe, 1, start) of `key`.
absl::Status WidenToModes(CountingEnergy& energy,
                          const RandomKey& key,
                          Interrupter& interrupter,
                          BaseParameters& base);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_WIDE_BASE_H_
