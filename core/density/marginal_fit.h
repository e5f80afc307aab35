// Marginal fit: smooth one-dimensional densities from counts and scores.

#ifndef TTFLOW_CORE_DENSITY_MARGINAL_FIT_H_
#define TTFLOW_CORE_DENSITY_MARGINAL_FIT_H_

#include <vector>

#include "core/density/marginal.h"
#include "core/foundation/executor.h"
#include "core/foundation/types.h"

namespace ttflow {

// Weighted points of the density whose marginals are wanted.
struct MarginalProblem {
  ConstMatrixRef position;  // u [N, d]
  ConstVectorRef weights;   // [N], sum 1: importance weights to the density
  ConstMatrixRef gradient;  // gradient of its energy, -grad log p [N, d]
  // Weights of the gradient rows [N], sum 1. On a product they may be any, the
  // score holds at every point; elsewhere they must be `weights`.
  ConstVectorRef gradient_weights;
  bool use_counts = true;  // false: from gradients alone
};

struct MarginalFit {
  Marginal marginal;
  double gradient_r2 = 0;  // share of the gradient's variance that is a
                           // function of the coordinate alone
  double lower = 0;        // the points' range, in which the score is a spline
  double upper = 0;
};

// Fits each coordinate's density q: its score s = d log q/du is a cubic spline
// of 16 coefficients on the points' range and continues linearly with slope
// -1/variance outside; log q is the integral. Maximised is
//
//   N_eff E_W[log q] - N_eff' / (2 sigma^2) E_W'[(s + g)^2]
//     - lambda v / 2 |D2 c|^2,
//
// g the gradient's component, sigma^2 the variance that regressing -g on the
// spline leaves, v the points' variance: E[g | u_k] = -s exactly for any
// density, without any noise on a product. Couplings make sigma large and the
// counts decide. lambda by Akaike's criterion; Newton's method with
// backtracking.
//
// Returns one fit a coordinate, [d]; 512 cells each.
// Cost:   O(d p^2 (N + S G)), p = 16, G = 800 and S <= 80 Newton steps.
// Source: squared trains, docs/method.md.
std::vector<MarginalFit> FitMarginals(const MarginalProblem& problem,
                                      const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_MARGINAL_FIT_H_
