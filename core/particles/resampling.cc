#include "core/particles/resampling.h"

#include <algorithm>
#include <cmath>

#include "core/foundation/check.h"
#include "core/particles/weights.h"

namespace ttflow {

namespace {

// Returns ascending uniform order statistics of `count` draws, as the
// normalised partial sums of exponential spacings: no sort.
std::vector<double> SortedUniforms(Index count, RandomStream& stream) {
  std::vector<double> points(static_cast<size_t>(count));
  double sum = 0;
  for (double& point : points) {
    sum -= std::log(stream.Uniform());
    point = sum;
  }
  sum -= std::log(stream.Uniform());
  for (double& point : points) point /= sum;
  return points;
}

// Counts how many of the ascending `points` in (0, 1) fall into each particle's
// share of [0, 1], and adds that to `counts`. Zero shares get none, also where
// rounding leaves the last point beyond the last sum.
void AddInversionCounts(const Vector& weights,
                        const std::vector<double>& points,
                        std::vector<Index>& counts) {
  const double total = weights.sum();
  Index last = weights.size() - 1;
  while (last > 0 && !(weights[last] > 0)) --last;
  Index i = 0;
  double cumulative = weights[0];
  for (const double point : points) {
    while (i < last && cumulative <= point * total) {
      ++i;
      cumulative += weights[i];
    }
    ++counts[static_cast<size_t>(i)];
  }
}

}  // namespace

std::vector<Index> DrawAncestors(ResamplingScheme scheme,
                                 const ConstVectorRef& log_weight,
                                 Index num_draws,
                                 const RandomKey& key) {
  const Vector weights = NormalizedWeights(log_weight);
  TTFLOW_CHECK(weights.size() > 0 && weights.maxCoeff() > 0);
  TTFLOW_CHECK(num_draws >= 0);
  RandomStream stream = key.Stream(Purpose::kResampling, 0, 0);
  std::vector<Index> counts(static_cast<size_t>(weights.size()), 0);
  const double draws = static_cast<double>(num_draws);

  switch (scheme) {
    case ResamplingScheme::kSystematic:
    case ResamplingScheme::kStratified: {
      std::vector<double> points(static_cast<size_t>(num_draws));
      double offset = stream.Uniform();
      for (Index j = 0; j < num_draws; ++j) {
        if (scheme == ResamplingScheme::kStratified && j > 0) {
          offset = stream.Uniform();
        }
        points[static_cast<size_t>(j)] =
            (static_cast<double>(j) + offset) / draws;
      }
      AddInversionCounts(weights, points, counts);
      break;
    }
    case ResamplingScheme::kResidual: {
      Vector residual(weights.size());
      Index remaining = num_draws;
      for (Index i = 0; i < weights.size(); ++i) {
        const double whole = std::floor(draws * weights[i]);
        residual[i] = draws * weights[i] - whole;
        counts[static_cast<size_t>(i)] = static_cast<Index>(whole);
        remaining -= static_cast<Index>(whole);
      }
      if (remaining > 0) {
        AddInversionCounts(residual, SortedUniforms(remaining, stream), counts);
      }
      break;
    }
    case ResamplingScheme::kMultinomial:
      AddInversionCounts(weights, SortedUniforms(num_draws, stream), counts);
      break;
  }

  std::vector<Index> ancestors;
  ancestors.reserve(static_cast<size_t>(num_draws));
  for (size_t i = 0; i < counts.size(); ++i) {
    ancestors.insert(
        ancestors.end(), static_cast<size_t>(counts[i]), static_cast<Index>(i));
  }
  return ancestors;
}

double ResamplingNoise(ResamplingScheme scheme,
                       const ConstVectorRef& log_weight,
                       const std::vector<std::int32_t>& eve,
                       Index num_draws) {
  TTFLOW_CHECK(log_weight.size() == static_cast<Index>(eve.size()));
  if (scheme == ResamplingScheme::kMultinomial) return 1;
  const double draws = static_cast<double>(num_draws);
  const Vector expected = draws * NormalizedWeights(log_weight);
  const auto part = [](double value) { return value - std::floor(value); };
  double rest = 0;  // draws that the residual scheme leaves to chance
  for (const double number : expected) rest += part(number);

  double variance = 0;
  double even = 0;  // sum of squared weights
  double from = 0;
  for (Index begin = 0; begin < expected.size();) {
    double length = 0;
    double chance = 0;
    Index end = begin;
    for (; end < expected.size() &&
           eve[static_cast<size_t>(end)] == eve[static_cast<size_t>(begin)];
         ++end) {
      length += expected[end];
      chance += part(expected[end]);
    }
    const double to = from + length;
    switch (scheme) {
      case ResamplingScheme::kSystematic:
        variance += part(length) * (1 - part(length));
        break;
      case ResamplingScheme::kStratified: {
        // At most two strata are shared with others.
        const double first = std::min(to, std::floor(from) + 1) - from;
        const double last = to - std::max(from, std::floor(to));
        variance += first * (1 - first);
        if (std::floor(to) > std::floor(from)) variance += last * (1 - last);
        break;
      }
      case ResamplingScheme::kResidual:
        if (rest > 0) variance += chance * (1 - chance / rest);
        break;
      case ResamplingScheme::kMultinomial:
        break;
    }
    even += (length / draws) * (length / draws);
    from = to;
    begin = end;
  }
  return even < 1 ? std::clamp(variance / (draws * (1 - even)), 0.0, 1.0) : 0;
}

}  // namespace ttflow
