#include "core/density/gaussian.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

GaussianDensity::GaussianDensity(Vector mean, Vector scale)
    : mean_(std::move(mean)), scale_(std::move(scale)) {
  TTFLOW_CHECK(mean_.size() > 0 && mean_.size() == scale_.size());
  TTFLOW_CHECK(scale_.minCoeff() > 0);
  log_normalizer_ =
      -0.5 * static_cast<double>(mean_.size()) * std::log(2 * std::numbers::pi);
  for (const double s : scale_) log_normalizer_ -= std::log(s);
}

Matrix GaussianDensity::Sample(Index count,
                               const RandomKey& key,
                               const Executor& executor,
                               Index first) const {
  Matrix x(count, dimension());
  executor.ForBlocks(count, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      RandomStream stream =
          key.Stream(Purpose::kBase, 0, static_cast<std::uint64_t>(first + i));
      for (Index k = 0; k < dimension(); ++k) {
        x(i, k) = mean_[k] + scale_[k] * stream.Normal();
      }
    }
  });
  return x;
}

void GaussianDensity::LogDensity(const ConstMatrixRef& x,
                                 const Executor& executor,
                                 Vector& log_density,
                                 Matrix* score) const {
  TTFLOW_CHECK(x.cols() == dimension());
  log_density.resize(x.rows());
  if (score != nullptr) score->resize(x.rows(), x.cols());
  executor.ForBlocks(x.rows(), [&](Index begin, Index end) {
    const Index rows = end - begin;
    auto block = log_density.segment(begin, rows);
    block.setConstant(log_normalizer_);
    for (Index k = 0; k < dimension(); ++k) {
      const auto z =
          (x.col(k).segment(begin, rows).array() - mean_[k]) / scale_[k];
      block.array() -= 0.5 * z.square();
      if (score != nullptr) {
        score->col(k).segment(begin, rows).array() = -z / scale_[k];
      }
    }
  });
}

}  // namespace ttflow
