#include "core/density/even_density.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "core/math/log_sum_exp.h"

namespace ttflow {

EvenDensity::EvenDensity(std::shared_ptr<const Density> half)
    : half_(std::move(half)) {}

Matrix EvenDensity::Sample(Index count,
                           const RandomKey& key,
                           const Executor& executor,
                           Index first) const {
  Matrix x = half_->Sample(count, key, executor, first);
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kBase, 2, static_cast<std::uint64_t>(first + i));
    if (stream.Uniform() < 0.5) x.row(i) *= -1;
  }
  return x;
}

void EvenDensity::LogDensity(const ConstMatrixRef& x,
                             const Executor& executor,
                             Vector& log_density,
                             Matrix* score) const {
  Vector mirrored;
  Matrix mirrored_score;
  half_->LogDensity(x, executor, log_density, score);
  half_->LogDensity(
      -x, executor, mirrored, score != nullptr ? &mirrored_score : nullptr);
  for (Index i = 0; i < x.rows(); ++i) {
    const double log_sum = LogAddExp(log_density[i], mirrored[i]);
    if (score != nullptr) {
      const double share = std::exp(log_density[i] - log_sum);
      score->row(i) =
          share * score->row(i) - (1 - share) * mirrored_score.row(i);
    }
    log_density[i] = log_sum - std::numbers::ln2;
  }
}

}  // namespace ttflow
