// Mode search: local minima of the energy from wide starts, and what they
// weigh.

#ifndef TTFLOW_CORE_SAMPLER_MODE_SEARCH_H_
#define TTFLOW_CORE_SAMPLER_MODE_SEARCH_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

struct ModeSearchOptions {
  Index first_batch = 32;  // starts
  Index most_starts = 512;
  Index most_modes = 64;
  // The search ends when this share of further starts is expected to find a
  // new mode, and not before so many starts, in all and for each mode, where
  // there are several.
  double wanted_unseen_share = 0.01;
  Index least_starts = 128;
  Index starts_per_mode = 15;
  // In more coordinates points meet a narrow basin too rarely to look for one:
  // where one mode alone was found, the first batch is then enough.
  Index few_coordinates = 8;
  // Energies in all; the search ends before more.
  std::int64_t most_evaluations = 8192;
  // Starts at once, and energies in all, of FindModesBySurprise.
  Index most_surprised = 16;
  std::int64_t most_surprised_evaluations = 2048;
};

// A local minimum with the normal density of its curvature.
struct Mode {
  Vector position;       // [d]
  double energy = 0;     // nats
  Matrix root;           // lower triangular L, covariance L L^T = Hessian^-1
  double log_mass = 0;   // of exp(-energy) about it, by Laplace's method
  Index num_starts = 0;  // that ended in it
};

// Largest log mass among modes, less what makes a mode negligible beside it.
double LeastLogMass(const std::vector<Mode>& modes);

// Squared Mahalanobis distance of x [d] from the mode.
double SquaredDistance(const Mode& mode, const ConstVectorRef& x);
// The mode that a minimum at x [d] is, within a standard deviation of it; null
// where it is none of them.
Mode* FindSameMode(std::vector<Mode>& modes, const ConstVectorRef& x);

struct ModeSearchResult {
  std::vector<Mode> modes;
  Index num_starts = 0;
  // Expected share of further starts that would end in a mode not seen yet and
  // not negligible: the share of starts that ended alone in such a one (Good
  // and Turing). One where the search ended before it could tell.
  double unseen_share = 1;
};

// Descends from the rows of `starts` [n, d] (draws of a wide density) in
// growing batches until hardly any new mode is to be expected, until
// most_starts or most_modes, or until the first batch shows that modes are
// countless. Curvatures by differences of gradients, d evaluations a mode;
// no variance is wider than 25 times scale^2.
//
// Errors: the energy's and the interrupter's.
// Source: Good (1953) for the unseen share; Laplace's method.
absl::StatusOr<ModeSearchResult> FindModes(const ConstMatrixRef& starts,
                                           const ConstVectorRef& scale,
                                           const ModeSearchOptions& options,
                                           CountingEnergy& energy,
                                           Interrupter& interrupter);

// Adds modes that the known ones, by their normals, do not expect: descends
// from those of `points` [n, d] whose `energies` [n] are furthest below what
// the normals say there, and again while that finds any. A narrow mode that no
// start met shows in this way wherever one point lies in it, and energies that
// are known cost nothing. Errors as FindModes.
absl::Status FindModesBySurprise(const ConstMatrixRef& points,
                                 const ConstVectorRef& energies,
                                 const ConstVectorRef& scale,
                                 const ModeSearchOptions& options,
                                 CountingEnergy& energy,
                                 Interrupter& interrupter,
                                 std::vector<Mode>& modes);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODE_SEARCH_H_
