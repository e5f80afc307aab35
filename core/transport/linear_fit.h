// LinearFit: the additive part and the pair terms, fitted by one solve.

#ifndef TTFLOW_CORE_TRANSPORT_LINEAR_FIT_H_
#define TTFLOW_CORE_TRANSPORT_LINEAR_FIT_H_

#include <array>
#include <span>

#include "absl/status/statusor.h"
#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"
#include "core/transport/fit.h"
#include "core/transport/fit_rows.h"

namespace ttflow {

// The parts of phi that are linear in their unknowns.
struct LinearFit {
  std::array<Potential, 2> fold_potential;  // [f] fitted on fold 1 - f
  Potential potential;                      // fitted on all rows
  // 1 - held-out risk / Var(h) of the additive part alone, and of what is kept.
  double additive_r2 = 0;
  double heldout_r2 = 0;
  double ridge = 0;  // of what is kept; 0 if nothing is
  Index num_unknowns = 0;
};

// Fits the additive part; then, jointly with it, the pairs that correlate most
// with what it leaves. Functions and pairs compete for rows (a Gaussian needs
// all pairs and three functions a coordinate, a well a dozen functions and no
// pair): several numbers of both are tried. All choices are by held-out risk,
// each fold predicted by the coefficients of the other, one ridge for both, and
// pairs are kept only for a gain of half a per cent.
//
// The pairs of a fold's potential are screened on the other fold's rows, so h
// of a fold enters its potential through the ridge and the choice of numbers
// alone.
//
// previous: specs of the last stage [d], or empty.
// Errors: the interrupter's, asked about every 50 ms.
// Cost:   one SYRK of all rows for the additive part, one for the pairs (two
//         where many help), and some dozens of Cholesky decompositions.
absl::StatusOr<LinearFit> FitLinearParts(const FitRows& rows,
                                         const FitOptions& options,
                                         std::span<const BasisSpec> previous,
                                         const Executor& executor,
                                         Interrupter& interrupter);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_LINEAR_FIT_H_
