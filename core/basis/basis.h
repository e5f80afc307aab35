// Basis: m functions of one variable on an interval, orthonormal in H2 or L2.

#ifndef TTFLOW_CORE_BASIS_BASIS_H_
#define TTFLOW_CORE_BASIS_BASIS_H_

#include <memory>

#include "core/foundation/types.h"

namespace ttflow {

enum class BasisFamily {
  kFourierExtension,  // 1, x, x^2/2, sines and cosines of a longer period
  kPureFourier,       // 1, sines and cosines
  kLegendre,          // polynomials
  kChebyshev,         // the same polynomials, by other raw functions
  kBSpline,           // cubic splines on equal cells
  kWavelet,           // polynomials and cubic bumps of halving width
};

enum class InnerProduct {
  kH2,  // int f g + f' g' + f'' g''
  kL2,  // int f g
};

// Half the length of the reference interval [-4, 4].
inline constexpr double kReferenceHalfWidth = 4;

// What a basis is, as a plain value; part of a stage model.
struct BasisSpec {
  BasisFamily family = BasisFamily::kFourierExtension;
  Index size = 8;           // m, including the constant
  bool orthonormal = true;  // in inner_product; raw functions otherwise
  double lower = -1;        // the interval, in the coordinate's units
  double upper = 1;
  InnerProduct inner_product = InnerProduct::kH2;

  friend bool operator==(const BasisSpec&, const BasisSpec&) = default;
};

// Function 0 is the constant exactly; the others are orthonormal to it and to
// each other on the reference interval [-4, 4], to which [lower, upper] is
// mapped (docs/method.md section 2). Where orthonormal, function 0 has its
// normalised value 1/sqrt(8); raw, it is 1 (ConstantCoefficients of
// h2_orthonormal.h gives the coefficients of the function 1). Outside its
// interval every function continues linearly with its value and slope at the
// end: second derivative zero. Inside, second derivatives are continuous.
class Basis {
 public:
  virtual ~Basis() = default;

  // Number of functions, size() <= spec.size (numerically dependent ones are
  // left out).
  virtual Index size() const = 0;

  // Computes values, first and second derivatives with respect to x.
  // Shapes: x [N]; each output [N, size()], or null to skip it.
  // Threads: const, thread-safe.
  virtual void Evaluate(const ConstVectorRef& x,
                        MatrixRef* values,
                        MatrixRef* first,
                        MatrixRef* second) const = 0;

  // Upper bounds of |b_j''| over the interval, [size()]: what the limiter of
  // the sequential step needs (method.md (4)).
  virtual const Vector& second_derivative_bounds() const = 0;
};

// Makes the basis of a spec. CHECK-fails unless size >= 1 and lower < upper,
// both finite: options are validated at the edge.
std::shared_ptr<const Basis> MakeBasis(const BasisSpec& spec);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_BASIS_H_
