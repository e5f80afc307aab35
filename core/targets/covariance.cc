#include "core/targets/covariance.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace ttflow {

std::optional<CovarianceFactors> FactorCovariance(const Matrix& covariance) {
  const Eigen::LLT<Matrix> llt(covariance);
  if (llt.info() != Eigen::Success) return std::nullopt;
  CovarianceFactors factors;
  factors.cholesky = llt.matrixL();
  if (!(factors.cholesky.diagonal().array() > 0).all()) return std::nullopt;
  factors.precision =
      llt.solve(Matrix::Identity(covariance.rows(), covariance.cols()));
  factors.precision =
      (0.5 * (factors.precision + factors.precision.transpose())).eval();
  if (!factors.precision.allFinite()) return std::nullopt;
  factors.log_determinant = 2 * factors.cholesky.diagonal().array().log().sum();
  return factors;
}

std::string CovarianceFault(const Matrix& covariance) {
  if (!covariance.allFinite()) return "";  // said already, with the value
  const double tolerance = 1e-9 * covariance.cwiseAbs().maxCoeff();
  for (Index j = 0; j < covariance.cols(); ++j) {
    for (Index i = j + 1; i < covariance.rows(); ++i) {
      if (std::abs(covariance(i, j) - covariance(j, i)) > tolerance) {
        return absl::StrCat("is not symmetric: [",
                            i,
                            ", ",
                            j,
                            "] = ",
                            covariance(i, j),
                            ", [",
                            j,
                            ", ",
                            i,
                            "] = ",
                            covariance(j, i),
                            "; make them equal");
      }
    }
  }
  if (!FactorCovariance(covariance).has_value()) {
    return "is not positive definite; give one whose eigenvalues are all above "
           "0";
  }
  return "";
}

}  // namespace ttflow
