#include "core/basis/local_functions.h"

#include <cmath>

#include "core/basis/polynomial.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

// The derivative of order q of B at x, by truncated powers.
template <typename Scalar>
Eigen::Array<Scalar, Eigen::Dynamic, 1> BumpDerivative(
    const Eigen::Array<Scalar, Eigen::Dynamic, 1>& x, int q) {
  using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;
  if (q >= 4) return Array::Zero(x.size());
  TTFLOW_CHECK(q != 3);
  // (v + |v|) / 2 keeps NaNs.
  const auto positive = [](const Array& v) { return Array((v + v.abs()) / 2); };
  const Array outer = positive(2 - x.abs());
  const Array inner = positive(1 - x.abs());
  if (q == 0) return (outer.cube() - 4 * inner.cube()) / 6;
  if (q == 1) return x.sign() * (4 * inner.square() - outer.square()) / 2;
  return outer - 4 * inner;
}

template <typename Scalar>
Scalar Power(Scalar base, int exponent) {
  Scalar power = 1;
  for (int i = 0; i < exponent; ++i) power *= base;
  return power;
}

}  // namespace

void EvaluateLocal(const LocalFunctions& functions,
                   const ConstVectorRef& u,
                   MatrixRef* values,
                   MatrixRef* first,
                   MatrixRef* second) {
  MatrixRef* const outputs[] = {values, first, second};
  const auto polynomials = [&](MatrixRef* output) {
    TTFLOW_CHECK(output->cols() == functions.size());
    return MatrixRef(output->leftCols(functions.num_polynomials));
  };
  // One order a call: MatrixRef has no empty state.
  if (values != nullptr) {
    MatrixRef columns = polynomials(values);
    EvaluatePolynomials(BasisFamily::kLegendre, u, &columns, nullptr, nullptr);
  }
  if (first != nullptr) {
    MatrixRef columns = polynomials(first);
    EvaluatePolynomials(BasisFamily::kLegendre, u, nullptr, &columns, nullptr);
  }
  if (second != nullptr) {
    MatrixRef columns = polynomials(second);
    EvaluatePolynomials(BasisFamily::kLegendre, u, nullptr, nullptr, &columns);
  }
  Index j = functions.num_polynomials;
  for (const Bump& bump : functions.bumps) {
    const Eigen::ArrayXd x = (u.array() - bump.center) / bump.width;
    for (int q = 0; q <= 2; ++q) {
      if (outputs[q] == nullptr) continue;
      outputs[q]->col(j) = BumpDerivative(x, q) / Power(bump.width, q);
    }
    ++j;
  }
}

ExtendedMatrix LocalDerivatives(const LocalFunctions& functions,
                                int order,
                                const ExtendedVector& u) {
  ExtendedMatrix out(u.size(), functions.size());
  out.leftCols(functions.num_polynomials) = PolynomialDerivatives(
      BasisFamily::kLegendre, functions.num_polynomials, order, u);
  Index j = functions.num_polynomials;
  for (const Bump& bump : functions.bumps) {
    const auto center = static_cast<ExtendedReal>(bump.center);
    const auto width = static_cast<ExtendedReal>(bump.width);
    const Eigen::Array<ExtendedReal, Eigen::Dynamic, 1> x =
        (u.array() - center) / width;
    out.col(j++) = BumpDerivative(x, order) / Power(width, order);
  }
  return out;
}

}  // namespace ttflow
