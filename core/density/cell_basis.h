// Cell basis: functions of one coordinate on the cells of a marginal, and draws
// from their squared combinations.

#ifndef TTFLOW_CORE_DENSITY_CELL_BASIS_H_
#define TTFLOW_CORE_DENSITY_CELL_BASIS_H_

#include "core/density/marginal.h"
#include "core/foundation/types.h"

namespace ttflow {

// One-dimensional functions on the cells of a marginal, constant on each,
// orthonormal under its masses; function 0 is the constant 1.
struct CellBasis {
  Matrix values;      // column j: all functions on cell j, [m, G]
  Matrix derivative;  // d/du of what the values sample, [m, G]
  // Column j: sums over the cells before j of mass b_a b_b, the pairs a <= b in
  // the order (0, 0), (0, 1), (1, 1), (0, 2), ...: the distribution function of
  // any squared combination. [m (m + 1) / 2, G + 1]
  Matrix cumulative;

  Index size() const { return values.rows(); }
};

// Makes the basis: powers 1, x, x^2 and sines and cosines, orthonormalised;
// [lower, upper] with a tenth more on either side is -1 <= x <= 1, and the
// longest period is half as long again as that. Fewer than `size` functions
// where they are dependent on the cells.
CellBasis MakeCellBasis(const Marginal& marginal,
                        double lower,
                        double upper,
                        Index size);

// Draws the cell of a coordinate from p(j) = mass_j b_j^T S b_j with
// S = Y E Y^T, b_j the functions on cell j.
class CellDraw {
 public:
  // `combination` Y [m, r]; `environment` E [r, r], positive semidefinite, or
  // null for the identity. `basis` must outlive the object.
  // Cost: O(m^2 r + m r^2).
  CellDraw(const CellBasis& basis,
           const ConstMatrixRef& combination,
           const Matrix* environment);

  // The quantile of p in [0, 1), by bisection of the distribution function.
  // Cost: O(m^2 log G).
  Index Draw(double p) const;

 private:
  const CellBasis& basis_;
  Vector pairs_;  // S by pairs, both orders of a pair together
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_CELL_BASIS_H_
