// Fold errors: what a cross-fit leaves, and whether it became less.

#ifndef TTFLOW_CORE_TRANSPORT_FOLD_ERRORS_H_
#define TTFLOW_CORE_TRANSPORT_FOLD_ERRORS_H_

#include "core/foundation/types.h"
#include "core/transport/fit_rows.h"

namespace ttflow {

// Computes the squares of the residuals [n] about their weighted mean over the
// rows of fold f; zero elsewhere. [n]
Vector FoldSquaredErrors(const FitRows& rows, int f, const Vector& residual);

// Computes the weighted mean of squared errors [n] over the rows of fold f.
double FoldRisk(const FitRows& rows, int f, const Vector& errors);

// Returns whether squared errors [n] fell by more than `significance` of the
// standard errors of that fall, and by more than the share `gain` of what they
// were.
bool Improves(const FitRows& rows,
              const Vector& before,
              const Vector& after,
              double significance,
              double gain);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_FOLD_ERRORS_H_
