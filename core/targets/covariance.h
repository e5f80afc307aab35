// Factors of a covariance matrix, and its check.

#ifndef TTFLOW_CORE_TARGETS_COVARIANCE_H_
#define TTFLOW_CORE_TARGETS_COVARIANCE_H_

#include <optional>
#include <string>

#include "core/foundation/types.h"

namespace ttflow {

struct CovarianceFactors {
  Matrix cholesky;         // lower L, covariance = L L^T
  Matrix precision;        // covariance^{-1}, symmetric
  double log_determinant;  // of the covariance
};

// Returns the factors of a covariance [d, d], or nullopt where it is not
// positive definite. Only its lower triangle is read.
std::optional<CovarianceFactors> FactorCovariance(const Matrix& covariance);

// Returns what is wrong with a covariance [d, d] as a clause that says value
// and mend ("is not symmetric: ..."), or "" if it is symmetric to 1e-9 of its
// largest entry and positive definite.
std::string CovarianceFault(const Matrix& covariance);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_COVARIANCE_H_
