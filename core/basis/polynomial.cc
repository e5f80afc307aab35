#include "core/basis/polynomial.h"

#include <cstddef>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

template <typename Scalar>
using ArrayOf = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

// Calls use(n, derivatives of orders 0 .. max_order with respect to x) for the
// polynomials of degree n = 0 .. size - 1 at x in [-1, 1].
template <typename Scalar, typename Use>
void ForDegrees(BasisFamily family,
                Index size,
                int max_order,
                const ArrayOf<Scalar>& x,
                const Use& use) {
  using Orders = std::vector<ArrayOf<Scalar>>;
  const auto num_orders = static_cast<std::size_t>(max_order) + 1;
  const ArrayOf<Scalar> zero = ArrayOf<Scalar>::Zero(x.size());
  Orders before(num_orders, zero);
  Orders current(num_orders, zero);
  current[0].setOnes();
  for (Index n = 0; n < size; ++n) {
    use(n, std::as_const(current));
    Orders next(num_orders);
    const auto degree = static_cast<Scalar>(n);
    for (std::size_t q = 0; q < num_orders; ++q) {
      const auto order = static_cast<Scalar>(q);
      if (n == 0) {
        next[q] = q == 0 ? x : zero;
        if (q == 1) next[q].setOnes();
      } else if (family == BasisFamily::kChebyshev) {
        next[q] = 2 * x * current[q] - before[q];
        if (q > 0) next[q] += 2 * order * current[q - 1];
      } else if (q == 0) {
        next[q] = ((2 * degree + 1) * x * current[q] - degree * before[q]) /
                  (degree + 1);
      } else {
        next[q] = before[q] + (2 * degree + 1) * current[q - 1];
      }
    }
    before.swap(current);
    current.swap(next);
  }
}

}  // namespace

void EvaluatePolynomials(BasisFamily family,
                         const ConstVectorRef& u,
                         MatrixRef* values,
                         MatrixRef* first,
                         MatrixRef* second) {
  Index size = 0;
  int max_order = 0;
  MatrixRef* const outputs[] = {values, first, second};
  for (int q = 0; q <= 2; ++q) {
    if (outputs[q] == nullptr) continue;
    TTFLOW_CHECK(size == 0 || outputs[q]->cols() == size);
    size = outputs[q]->cols();
    max_order = q;
  }
  constexpr double kScale[] = {1,
                               1 / kReferenceHalfWidth,
                               1 / (kReferenceHalfWidth * kReferenceHalfWidth)};
  const ArrayOf<double> x = u.array() / kReferenceHalfWidth;
  ForDegrees<double>(
      family, size, max_order, x, [&](Index n, const auto& orders) {
        for (int q = 0; q <= max_order; ++q) {
          if (outputs[q] == nullptr) continue;
          outputs[q]->col(n) = kScale[q] * orders[static_cast<std::size_t>(q)];
        }
      });
}

ExtendedMatrix PolynomialDerivatives(BasisFamily family,
                                     Index size,
                                     int order,
                                     const ExtendedVector& u) {
  constexpr auto kHalfWidth = static_cast<ExtendedReal>(kReferenceHalfWidth);
  ExtendedReal scale = 1;
  for (int q = 0; q < order; ++q) scale /= kHalfWidth;
  ExtendedMatrix out(u.size(), size);
  const ArrayOf<ExtendedReal> x = u.array() / kHalfWidth;
  ForDegrees<ExtendedReal>(
      family, size, order, x, [&](Index n, const auto& orders) {
        out.col(n) = scale * orders[static_cast<std::size_t>(order)];
      });
  return out;
}

}  // namespace ttflow
