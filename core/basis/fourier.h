// Raw functions of the two Fourier families on the reference interval [-4, 4].

#ifndef TTFLOW_CORE_BASIS_FOURIER_H_
#define TTFLOW_CORE_BASIS_FOURIER_H_

#include "core/basis/basis.h"
#include "core/foundation/types.h"

namespace ttflow {

// Returns the base frequency w of a family, in radians a unit of u: 2 pi /
// period. kFourierExtension has period 12, half as long again as the interval,
// so that functions that are not periodic are fitted well; kPureFourier 10.4.
double BaseFrequency(BasisFamily family);

// Computes values and derivatives of the raw functions at u [n] in [-4, 4].
//
// kFourierExtension: 1, u, u^2/2, sin wu, cos wu, sin 2wu, cos 2wu, ...
// kPureFourier:      1, sin wu, cos wu, sin 2wu, cos 2wu, ...
// the first m of them, m = number of columns of the outputs.
//
// One sine and cosine a point, by a fixed polynomial (the same bits on every
// machine of a vector width; within 4 units in the last place for |wu| <= 2.5),
// the multiples by angle addition.
//
// Shapes: each output [n, m], or null to skip it.
void EvaluateFourier(BasisFamily family,
                     const ConstVectorRef& u,
                     MatrixRef* values,
                     MatrixRef* first,
                     MatrixRef* second);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_FOURIER_H_
