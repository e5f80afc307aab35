// Conditional fit: centre and log scale of a normal conditional, from its
// gradient.

#ifndef TTFLOW_CORE_COORDINATES_CONDITIONAL_FIT_H_
#define TTFLOW_CORE_COORDINATES_CONDITIONAL_FIT_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns the coefficients [p] of weighted least squares of `values` [n] on the
// columns of `design` [n, p], by normal equations of scaled columns with a
// ridge of 1e-8.
Vector Regress(const ConstMatrixRef& design,
               const ConstVectorRef& values,
               const ConstVectorRef& weights);

// Returns the mean square of gradient - u over that of the two, points with a
// large one counted less: 0 where u is N(0, 1), whose gradient is u, about 1
// where they have nothing in common, at most 2. Infinity where not finite.
// Shapes: all [n]; weights non-negative.
double ConditionalMisfit(const ConstVectorRef& u,
                         const ConstVectorRef& gradient,
                         const ConstVectorRef& weights);

// Columns of what is fitted at n points: s = scale * log_scale,
// m = center * center.
struct ConditionalDesign {
  Matrix scale;   // [n, p]
  Matrix center;  // [n, q]
};

struct ConditionalFit {
  Vector log_scale;   // coefficients of s, [p]
  Vector center;      // coefficients of m, [q]
  Vector u;           // exp(s) (x - m), [n]
  double misfit = 0;  // of u and exp(-s) g, corrected for lost freedom
};

// Fits g = exp(2 s) (x - m), the gradient of a normal conditional. At first s
// and m in turn, `iterations` times: s to 1/2 log(g / (x - m)) where that
// exists, points that are off by more than half counted less; m to
// x - g exp(-2 s). Then both together, by at most `newton_steps` steps of Gauss
// and Newton for exp(-s) g - exp(s) (x - m). Points of a large u count less
// throughout, so scales may differ by many powers of ten.
//
// Shapes: x and g [n]; weights [n], sum 1.
// Errors: none; misfit is infinity where the fit is lost.
// Source: docs/method.md.
ConditionalFit FitConditional(const ConstVectorRef& x,
                              const ConstVectorRef& g,
                              const ConstVectorRef& weights,
                              const ConditionalDesign& design,
                              int iterations,
                              int newton_steps);

}  // namespace ttflow

#endif  // TTFLOW_CORE_COORDINATES_CONDITIONAL_FIT_H_
