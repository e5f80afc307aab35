#include "core/basis/raw_functions.h"

#include <cmath>

#include "core/basis/bspline.h"
#include "core/basis/fourier.h"
#include "core/basis/local_functions.h"
#include "core/basis/polynomial.h"
#include "core/basis/wavelet.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

bool IsFourier(BasisFamily family) {
  return family == BasisFamily::kFourierExtension ||
         family == BasisFamily::kPureFourier;
}

bool IsPolynomial(BasisFamily family) {
  return family == BasisFamily::kLegendre || family == BasisFamily::kChebyshev;
}

LocalFunctions LocalOf(BasisFamily family, Index size) {
  return family == BasisFamily::kBSpline ? BSplineFunctions(size)
                                         : WaveletFunctions(size);
}

// The functions of a Fourier family before its waves.
Index NumBeforeWaves(BasisFamily family) {
  return family == BasisFamily::kFourierExtension ? 3 : 1;
}

// Frequency of function j, a sine or a cosine.
ExtendedReal WaveFrequency(BasisFamily family, Index j) {
  const Index multiple = (j - NumBeforeWaves(family)) / 2 + 1;
  return static_cast<ExtendedReal>(BaseFrequency(family)) *
         static_cast<ExtendedReal>(multiple);
}

// Derivative of order q of the raw function j of a Fourier family.
ExtendedReal FourierDerivative(BasisFamily family,
                               Index j,
                               int q,
                               ExtendedReal u) {
  if (j == 0) return q == 0 ? 1 : 0;
  const Index before = NumBeforeWaves(family);
  if (j < before && j == 1) return q == 0 ? u : (q == 1 ? 1 : 0);
  if (j < before) {
    return q == 0 ? u * u / 2 : (q == 1 ? u : (q == 2 ? 1 : 0));
  }
  const ExtendedReal w = WaveFrequency(family, j);
  const Index shift = ((j - before) % 2 + q) % 4;  // sin, cos, -sin, -cos
  const ExtendedReal wave = shift % 2 == 0 ? std::sin(w * u) : std::cos(w * u);
  return std::pow(w, static_cast<ExtendedReal>(q)) * (shift < 2 ? wave : -wave);
}

}  // namespace

void EvaluateRaw(BasisFamily family,
                 const ConstVectorRef& u,
                 MatrixRef* values,
                 MatrixRef* first,
                 MatrixRef* second) {
  if (IsFourier(family)) {
    EvaluateFourier(family, u, values, first, second);
    return;
  }
  if (IsPolynomial(family)) {
    EvaluatePolynomials(family, u, values, first, second);
    return;
  }
  const MatrixRef* const any =
      values != nullptr ? values : (first != nullptr ? first : second);
  if (any == nullptr) return;
  EvaluateLocal(LocalOf(family, any->cols()), u, values, first, second);
}

ExtendedMatrix RawDerivatives(BasisFamily family,
                              Index size,
                              int order,
                              const ExtendedVector& u) {
  if (IsPolynomial(family)) {
    return PolynomialDerivatives(family, size, order, u);
  }
  if (!IsFourier(family)) {
    return LocalDerivatives(LocalOf(family, size), order, u);
  }
  ExtendedMatrix raw(u.size(), size);
  for (Index j = 0; j < size; ++j) {
    for (Index i = 0; i < u.size(); ++i) {
      raw(i, j) = FourierDerivative(family, j, order, u[i]);
    }
  }
  return raw;
}

ExtendedVector RawSixthDerivativeBounds(BasisFamily family, Index size) {
  constexpr int kOrder = 6;
  if (!IsFourier(family)) {
    const auto end = ExtendedVector::Constant(
        1, static_cast<ExtendedReal>(kReferenceHalfWidth));
    return RawDerivatives(family, size, kOrder, end).row(0).transpose();
  }
  ExtendedVector bounds = ExtendedVector::Zero(size);
  for (Index j = NumBeforeWaves(family); j < size; ++j) {
    bounds[j] = std::pow(WaveFrequency(family, j), ExtendedReal{kOrder});
  }
  return bounds;
}

std::vector<double> RawBreakpoints(BasisFamily family, Index size) {
  Index cells = 1;
  if (family == BasisFamily::kBSpline) cells = BSplineCells(size);
  if (family == BasisFamily::kWavelet) {
    double width = 2 * kReferenceHalfWidth;
    for (const Bump& bump : WaveletFunctions(size).bumps) width = bump.width;
    cells = std::lround(2 * kReferenceHalfWidth / width);
  }
  std::vector<double> points;
  for (Index i = 0; i < cells; ++i) {
    points.push_back(-kReferenceHalfWidth + 2 * kReferenceHalfWidth *
                                                static_cast<double>(i) /
                                                static_cast<double>(cells));
  }
  points.push_back(kReferenceHalfWidth);
  return points;
}

std::vector<Index> RawBlocks(BasisFamily family, Index size) {
  if (family == BasisFamily::kWavelet) return WaveletLevels(size);
  if (size == 1) return {1};
  return {1, size};
}

}  // namespace ttflow
