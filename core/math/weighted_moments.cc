#include "core/math/weighted_moments.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// An owned copy that sums to one. A particle of weight zero may sit at
// infinity, where 0 * inf would spread NaN; ZeroedWhereWeightless keeps it out.
Vector Normalized(const ConstVectorRef& weights) {
  Vector result = weights;
  result /= result.sum();
  return result;
}

Vector ZeroedWhereWeightless(const ConstVectorRef& column,
                             const Vector& weights) {
  return (weights.array() != 0).select(column, 0.0);
}

}  // namespace

Vector WeightedMean(const ConstMatrixRef& x, const ConstVectorRef& weights) {
  TTFLOW_CHECK(x.rows() == weights.size());
  const Vector normalized = Normalized(weights);
  Vector mean(x.cols());
  for (Index k = 0; k < x.cols(); ++k) {
    mean[k] = normalized.dot(ZeroedWhereWeightless(x.col(k), normalized));
  }
  return mean;
}

Vector WeightedVariance(const ConstMatrixRef& x,
                        const ConstVectorRef& weights) {
  const Vector mean = WeightedMean(x, weights);
  const Vector normalized = Normalized(weights);
  Vector variance(x.cols());
  for (Index k = 0; k < x.cols(); ++k) {
    const Vector column = ZeroedWhereWeightless(x.col(k), normalized);
    variance[k] = normalized.dot((column.array() - mean[k]).square().matrix());
  }
  return variance;
}

Matrix WeightedCovariance(const ConstMatrixRef& x,
                          const ConstVectorRef& weights) {
  const Vector mean = WeightedMean(x, weights);
  const Vector root = Normalized(weights).cwiseSqrt();
  Matrix scaled(x.rows(), x.cols());
  for (Index k = 0; k < x.cols(); ++k) {
    scaled.col(k) = (ZeroedWhereWeightless(x.col(k), root).array() - mean[k]) *
                    root.array();
  }
  Matrix covariance = Matrix::Zero(x.cols(), x.cols());
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
  covariance.triangularView<Eigen::StrictlyUpper>() = covariance.transpose();
  return covariance;
}

Vector WeightedQuantiles(const ConstVectorRef& values,
                         const ConstVectorRef& weights,
                         const ConstVectorRef& probabilities) {
  TTFLOW_CHECK(values.size() == weights.size());
  std::vector<Index> order;
  order.reserve(static_cast<std::size_t>(values.size()));
  for (Index i = 0; i < values.size(); ++i) {
    if (weights[i] > 0) order.push_back(i);
  }
  if (order.empty()) {
    return Vector::Constant(probabilities.size(),
                            std::numeric_limits<double>::quiet_NaN());
  }
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  std::vector<double> middles(order.size());
  double before = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double weight = weights[order[i]];
    middles[i] = before + 0.5 * weight;
    before += weight;
  }
  Vector quantiles(probabilities.size());
  for (Index j = 0; j < probabilities.size(); ++j) {
    const double target = probabilities[j] * before;
    const auto above = std::lower_bound(middles.begin(), middles.end(), target);
    if (above == middles.begin()) {
      quantiles[j] = values[order.front()];
    } else if (above == middles.end()) {
      quantiles[j] = values[order.back()];
    } else {
      const std::size_t i = static_cast<std::size_t>(above - middles.begin());
      const double fraction =
          (target - middles[i - 1]) / (middles[i] - middles[i - 1]);
      const double lower = values[order[i - 1]];
      quantiles[j] = lower + fraction * (values[order[i]] - lower);
    }
  }
  return quantiles;
}

double UpperMedian(Vector values) {
  TTFLOW_CHECK(values.size() > 0);
  double* middle = values.data() + values.size() / 2;
  std::nth_element(values.data(), middle, values.data() + values.size());
  return *middle;
}

}  // namespace ttflow
