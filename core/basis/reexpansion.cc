#include "core/basis/reexpansion.h"

#include <Eigen/QR>
#include <algorithm>
#include <memory>

#include "core/basis/bspline.h"
#include "core/basis/h2_orthonormal.h"
#include "core/math/quadrature.h"

namespace ttflow {
namespace {

// Values and derivatives at the nodes, one above the other, each row scaled so
// that the product of two columns is the H2 inner product on the reference
// interval (slope = du/dx of the target's map).
Matrix WeightedRows(const Basis& basis,
                    const QuadratureRule& rule,
                    double slope) {
  const Index n = rule.nodes.size();
  Matrix values(n, basis.size());
  Matrix first(n, basis.size());
  Matrix second(n, basis.size());
  MatrixRef values_ref(values);
  MatrixRef first_ref(first);
  MatrixRef second_ref(second);
  basis.Evaluate(rule.nodes, &values_ref, &first_ref, &second_ref);
  const Vector weights = (slope * rule.weights).cwiseSqrt();
  Matrix rows(3 * n, basis.size());
  rows.topRows(n) = weights.asDiagonal() * values;
  rows.middleRows(n, n) = weights.asDiagonal() * first / slope;
  rows.bottomRows(n) = weights.asDiagonal() * second / (slope * slope);
  return rows;
}

}  // namespace

Matrix ReexpansionMatrix(const BasisSpec& from, const BasisSpec& to) {
  const std::shared_ptr<const Basis> source = MakeBasis(from);
  const std::shared_ptr<const Basis> target = MakeBasis(to);
  // Panels: the source's second derivatives jump at the ends of its interval.
  const QuadratureRule rule = CompositeGaussLegendre(
      16, 8 + std::max(from.size, to.size), to.lower, to.upper);
  const double slope = 2 * kReferenceHalfWidth / (to.upper - to.lower);
  const Matrix design = WeightedRows(*target, rule, slope);
  const Matrix sought = WeightedRows(*source, rule, slope);
  Matrix projection = design.householderQr().solve(sought);
  projection.col(0) = ConstantCoefficients(to) / ConstantCoefficients(from)[0];
  return projection;
}

bool IsNested(BasisFamily family, Index small, Index large) {
  return family != BasisFamily::kBSpline ||
         BSplineCells(large) % BSplineCells(small) == 0;
}

}  // namespace ttflow
