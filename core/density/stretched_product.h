// StretchedProductDensity: independent coordinates with tails of any weight.

#ifndef TTFLOW_CORE_DENSITY_STRETCHED_PRODUCT_H_
#define TTFLOW_CORE_DENSITY_STRETCHED_PRODUCT_H_

#include <vector>

#include "core/coordinates/coordinates.h"
#include "core/density/density.h"
#include "core/density/marginal.h"

namespace ttflow {

// Plain numbers from which the density is made; part of a model. With
// u = coordinates.ToLocal(x) and v_k = asinh(u_k), q the product of the
// marginals in v and w a wide normal in v,
//   p(x) = ((1 - eps) q(v) + eps w(v)) prod_k 1 / cosh(v_k) / |det A|.
// The stretch makes exponential tails of power laws, which a table holds, and
// leaves the middle as it is.
struct StretchedProductParameters {
  Coordinates coordinates;
  std::vector<Marginal> marginals;  // [d], of v
  double wide_weight = 0.05;        // eps, in (0, 1)
  Vector wide_mean;                 // [d], of w
  Vector wide_scale;                // [d], positive
};

class StretchedProductDensity final : public Density {
 public:
  // CHECK-fails unless the shapes agree.
  explicit StretchedProductDensity(StretchedProductParameters parameters);

  Index dimension() const override {
    return static_cast<Index>(parameters_.marginals.size());
  }
  const StretchedProductParameters& parameters() const { return parameters_; }

  // Draw i uses its stream alone: one uniform for the part, then a uniform or a
  // normal a coordinate.
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  StretchedProductParameters parameters_;
  double log_determinant_ = 0;
};

// v = asinh(coordinates.ToLocal(x)), [N, d].
Matrix Stretched(const Coordinates& coordinates, const ConstMatrixRef& x);

// The gradient in v of the energy that the target has as a density of v, from
// its gradient in x at v: that of f(x(v)) - sum_k log cosh(v_k). [N, d].
Matrix StretchedGradient(const Coordinates& coordinates,
                         const ConstMatrixRef& v,
                         const ConstMatrixRef& gradient);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_STRETCHED_PRODUCT_H_
