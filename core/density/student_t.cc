#include "core/density/student_t.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

StudentTDensity::StudentTDensity(Vector mean,
                                 Vector scale,
                                 double degrees_of_freedom)
    : mean_(std::move(mean)),
      scale_(std::move(scale)),
      degrees_of_freedom_(degrees_of_freedom) {
  TTFLOW_CHECK(mean_.size() > 0 && mean_.size() == scale_.size());
  TTFLOW_CHECK(scale_.minCoeff() > 0 && degrees_of_freedom > 0);
  const double nu = degrees_of_freedom;
  const double d = static_cast<double>(mean_.size());
  log_normalizer_ = std::lgamma(0.5 * (nu + d)) - std::lgamma(0.5 * nu) -
                    0.5 * d * std::log(nu * std::numbers::pi);
  for (const double s : scale_) log_normalizer_ -= std::log(s);
}

Matrix StudentTDensity::Sample(Index count,
                               const RandomKey& key,
                               const Executor& executor,
                               Index first) const {
  Matrix x(count, dimension());
  const double nu = degrees_of_freedom_;
  executor.ForBlocks(count, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      RandomStream stream =
          key.Stream(Purpose::kBase, 0, static_cast<std::uint64_t>(first + i));
      for (Index k = 0; k < dimension(); ++k) x(i, k) = stream.Normal();
      const double chi_squared = 2 * stream.Gamma(0.5 * nu);
      const double factor = std::sqrt(nu / chi_squared);
      for (Index k = 0; k < dimension(); ++k) {
        x(i, k) = mean_[k] + scale_[k] * factor * x(i, k);
      }
    }
  });
  return x;
}

void StudentTDensity::LogDensity(const ConstMatrixRef& x,
                                 const Executor& executor,
                                 Vector& log_density,
                                 Matrix* score) const {
  TTFLOW_CHECK(x.cols() == dimension());
  log_density.resize(x.rows());
  if (score != nullptr) score->resize(x.rows(), x.cols());
  const double nu = degrees_of_freedom_;
  const double exponent = 0.5 * (nu + static_cast<double>(dimension()));
  executor.ForBlocks(x.rows(), [&](Index begin, Index end) {
    const Index rows = end - begin;
    Vector q = Vector::Zero(rows);
    for (Index k = 0; k < dimension(); ++k) {
      const auto z =
          (x.col(k).segment(begin, rows).array() - mean_[k]) / scale_[k];
      q.array() += z.square();
    }
    log_density.segment(begin, rows).array() =
        log_normalizer_ - exponent * (q.array() / nu).log1p();
    if (score == nullptr) return;
    const Vector factor = -2 * exponent / (nu + q.array());
    for (Index k = 0; k < dimension(); ++k) {
      const auto z =
          (x.col(k).segment(begin, rows).array() - mean_[k]) / scale_[k];
      score->col(k).segment(begin, rows).array() =
          factor.array() * z / scale_[k];
    }
  });
}

}  // namespace ttflow
