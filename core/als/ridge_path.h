// Ridge path: regularised least squares from sums, the ridge chosen held out.

#ifndef TTFLOW_CORE_ALS_RIDGE_PATH_H_
#define TTFLOW_CORE_ALS_RIDGE_PATH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

// Weighted sums over rows a_i [p] with right-hand sides y_i: all that least
// squares needs. Sums of disjoint sets of rows add up, so one SYRK a fold
// serves every cross-fit and its held-out risk.
struct NormalSums {
  double weight = 0;      // sum w
  Vector row;             // sum w a, [p]
  double rhs = 0;         // sum w y
  Matrix gram;            // sum w a a^T, [p, p], both triangles
  Vector cross;           // sum w a y, [p]
  double rhs_square = 0;  // sum w y^2

  Index size() const { return cross.size(); }
  // Makes the sums of no rows of p unknowns.
  static NormalSums Zero(Index p);
  NormalSums& operator+=(const NormalSums& other);
  // Returns the sums about the weighted means of rows and right-hand side: the
  // constant profiled out (row and rhs are zero afterwards).
  NormalSums Centered() const;
  // Returns the sums for the right-hand side y - A c, c [p]: the same rows,
  // what is left after a part with coefficients c.
  NormalSums Deflated(const Vector& c) const;
  // Returns the weighted mean of (a . c - y)^2, not below 0. Cancellation
  // limits it to about 1e-15 of the mean of y^2.
  double MeanSquare(const Vector& c) const;
};

// Fills rows [begin, end) of a design: design [end - begin, p].
using FillRows =
    absl::FunctionRef<void(Index begin, Index end, MatrixRef design)>;

// Adds up the sums of `num_groups` disjoint sets of rows: group[i] in [0,
// num_groups), or another value to leave row i out; so does weight zero.
//
// Shapes: weights, rhs, group [N]; returns num_groups sums of p unknowns.
// Errors: the interrupter's, asked about every 50 ms.
// Cost:   one fill and one SYRK, N p^2 operations; 8 p^2 num_groups bytes for
//         each of at most 16 partial sums.
// Random: none; the same bytes for any number of threads.
absl::StatusOr<std::vector<NormalSums>> ComputeNormalSums(
    Index p,
    const ConstVectorRef& weights,
    const ConstVectorRef& rhs,
    std::span<const std::uint8_t> group,
    int num_groups,
    FillRows fill,
    const Executor& executor,
    Interrupter& interrupter);

// Solves (gram + ridge trace(gram)/p penalty) c = cross, penalty diagonal [p]
// or empty for the identity. Nothing if the matrix is not numerically positive
// definite or the solution not finite.
std::optional<Vector> SolveRidge(const NormalSums& sums,
                                 double ridge,
                                 const Vector& penalty = {});

// One point of a path.
struct RidgePoint {
  double ridge = 0;
  Vector coefficients;
  double heldout_risk = 0;  // weighted mean square on the held-out sums
};

// Solves on every ridge of the path and returns the point of least held-out
// risk (the larger ridge on a tie), or nothing if no ridge could be solved.
// Centre both sums beforehand to profile out a constant.
std::optional<RidgePoint> SolveRidgePath(const NormalSums& training,
                                         const NormalSums& heldout,
                                         std::span<const double> ridges,
                                         const Vector& penalty = {});

// As above, cross-validated: the ridge of least held-out risk summed over the
// folds, each predicted from the sum of all others; with all sums centred first
// if `profile_constant`.
struct CrossValidatedRidge {
  double ridge = 0;
  double heldout_risk = 0;           // weighted mean over all folds
  std::vector<Vector> coefficients;  // [folds], entry f fitted without fold f
  Vector all;                        // fitted on all folds
};
std::optional<CrossValidatedRidge> CrossValidateRidge(
    std::span<const NormalSums> folds,
    std::span<const double> ridges,
    bool profile_constant,
    const Vector& penalty = {});

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_RIDGE_PATH_H_
