// CellProposal: exact draws from a one-dimensional density known at a grid.

#ifndef TTFLOW_CORE_TARGETS_CELL_PROPOSAL_H_
#define TTFLOW_CORE_TARGETS_CELL_PROPOSAL_H_

#include "absl/functional/function_ref.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// The widest cell for which a bound from its two ends loses at most e^0.05:
// between them a function g lies above neither end by more than
// width^2 / 8 * max(-g'').
double CellWidth(double curvature);

// Rejection under a bound that is constant on each of n - 1 equal cells: the
// larger of the values at its ends, times exp(width^2 / 8 * curvature). Exact,
// if `curvature` bounds minus the second derivative of the log density.
class CellProposal {
 public:
  CellProposal() = default;
  // log_density [n] at lower, lower + width, ..., up to a common constant.
  // Buffers are kept from one call to the next.
  void Reset(double lower,
             double width,
             double curvature,
             const Vector& log_density);

  // One exact draw; `log_density` is the function that Reset saw at the grid.
  double Draw(RandomStream& stream,
              absl::FunctionRef<double(double)> log_density) const;

 private:
  double lower_ = 0;
  double width_ = 0;
  double margin_ = 0;
  Vector bounds_;      // [n - 1], log
  Vector cumulative_;  // [n - 1], relative to the largest
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_CELL_PROPOSAL_H_
