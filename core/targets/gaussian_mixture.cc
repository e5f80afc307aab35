#include "core/targets/gaussian_mixture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/energy/energy_shapes.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/math/standard_normal.h"
#include "core/targets/covariance.h"

namespace ttflow {
namespace {}  // namespace

GaussianMixture::GaussianMixture(const Matrix& means,
                                 const Vector& weights,
                                 const Vector& standard_deviations)
    : means_(means),
      component_draw_(weights),
      standard_deviations_(standard_deviations) {
  const double d = static_cast<double>(means.cols());
  log_scales_ = (weights / weights.sum()).array().log() -
                d * (kHalfLogTwoPi + standard_deviations.array().log());
}

GaussianMixture::GaussianMixture(const Matrix& means,
                                 const Vector& weights,
                                 const std::vector<Matrix>& covariances)
    : means_(means), component_draw_(weights) {
  const double d = static_cast<double>(means.cols());
  log_scales_ = (weights / weights.sum()).array().log() - d * kHalfLogTwoPi;
  for (std::size_t k = 0; k < covariances.size(); ++k) {
    std::optional<CovarianceFactors> factors = FactorCovariance(covariances[k]);
    TTFLOW_CHECK(factors.has_value());
    log_scales_[static_cast<Index>(k)] -= 0.5 * factors->log_determinant;
    cholesky_.push_back(std::move(factors->cholesky));
    precision_.push_back(std::move(factors->precision));
  }
}

EnergyTraits GaussianMixture::Traits() const {
  EnergyTraits traits;
  const double d = static_cast<double>(dimension());
  const double component =
      cholesky_.empty() ? 4 + 1.5 * d : 4 + 3 * d + 0.3 * d * d;
  traits.nominal_cost_ns = component * static_cast<double>(num_components());
  return traits;
}

absl::Status GaussianMixture::Evaluate(const ConstMatrixRef& x,
                                       VectorRef energy,
                                       MatrixRef* gradient,
                                       Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  ForEnergyPanels(x,
                  energy,
                  gradient,
                  kPanelRows,
                  [this](const ConstMatrixRef& panel,
                         VectorRef panel_energy,
                         MatrixRef* panel_gradient) {
                    EvaluatePanel(panel, panel_energy, panel_gradient);
                  });
  return absl::OkStatus();
}

Matrix GaussianMixture::Force(const ConstMatrixRef& x, Index component) const {
  return (x.rowwise() - means_.row(component)) *
         precision_[static_cast<std::size_t>(component)];
}

void GaussianMixture::EvaluatePanel(const ConstMatrixRef& x,
                                    VectorRef energy,
                                    MatrixRef* gradient) const {
  const bool full = !cholesky_.empty();
  Eigen::ArrayXXd terms(x.rows(), num_components());
  Eigen::ArrayXd square(x.rows());
  for (Index k = 0; k < num_components(); ++k) {
    square.setZero();
    if (full) {
      const Matrix force = Force(x, k);
      for (Index j = 0; j < dimension(); ++j) {
        square += (x.col(j).array() - means_(k, j)) * force.col(j).array();
      }
    } else {
      for (Index j = 0; j < dimension(); ++j)
        square += (x.col(j).array() - means_(k, j)).square();
      square /= standard_deviations_[k] * standard_deviations_[k];
    }
    terms.col(k) = log_scales_[k] - 0.5 * square;
  }
  const Eigen::ArrayXd total = SumComponents(terms, energy);
  if (gradient == nullptr) return;

  // The gradient is the mean of the components' forces under their shares.
  gradient->setZero();
  for (Index k = 0; k < num_components(); ++k) {
    square = terms.col(k) / total;
    if (full) {
      gradient->array() += Force(x, k).array().colwise() * square;
      continue;
    }
    square /= standard_deviations_[k] * standard_deviations_[k];
    for (Index j = 0; j < dimension(); ++j) {
      gradient->col(j).array() += square * (x.col(j).array() - means_(k, j));
    }
  }
}

std::optional<Matrix> GaussianMixture::SampleExactly(
    Index count, const RandomKey& key) const {
  Matrix samples(count, dimension());
  Vector normals(dimension());
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    const Index k = component_draw_(stream);
    for (Index j = 0; j < dimension(); ++j) normals[j] = stream.Normal();
    if (cholesky_.empty()) {
      samples.row(i) =
          means_.row(k) + standard_deviations_[k] * normals.transpose();
    } else {
      const Matrix& cholesky = cholesky_[static_cast<std::size_t>(k)];
      samples.row(i) = means_.row(k) + (cholesky * normals).transpose();
    }
  }
  return samples;
}

}  // namespace ttflow
