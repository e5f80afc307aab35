#include "core/sampler/sample_selection.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

Matrix SelectSamples(const std::vector<Matrix>& clouds,
                     Index num_samples,
                     const RandomKey& key) {
  TTFLOW_CHECK(!clouds.empty());
  Matrix samples(num_samples, clouds.front().cols());
  const auto num_clouds = static_cast<Index>(clouds.size());
  Index filled = 0;
  for (Index c = 0; c < num_clouds; ++c) {
    const Matrix& cloud = clouds[c];
    const Index take =
        std::min((num_samples - filled) / (num_clouds - c), cloud.rows());
    std::vector<Index> order(cloud.rows());
    std::iota(order.begin(), order.end(), Index{0});
    RandomStream stream = key.Stream(Purpose::kSample, 0, c);
    for (Index i = 0; i < take; ++i) {
      std::swap(order[i],
                order[i + static_cast<Index>(stream.Below(cloud.rows() - i))]);
      samples.row(filled + i) = cloud.row(order[i]);
    }
    filled += take;
  }
  TTFLOW_CHECK(filled == num_samples);
  return samples;
}

}  // namespace ttflow
