#include "core/density/held_out.h"

#include <algorithm>
#include <cmath>

#include "core/math/weighted_moments.h"

namespace ttflow {

std::vector<bool> ChooseHeldOut(const ConstVectorRef& values,
                                double share,
                                RandomStream stream) {
  const Index n = values.size();
  std::vector<Index> order(n);
  for (Index i = 0; i < n; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
  std::vector<bool> held_out(n);
  bool current = false;
  for (Index i = 0; i < n; ++i) {
    if (i == 0 || values[order[i]] != values[order[i - 1]]) {
      current = stream.Uniform() < share;
    }
    held_out[order[i]] = current;
  }
  return held_out;
}

double PredictLogEss(const ConstVectorRef& log_ratio,
                     const ConstVectorRef& weights) {
  constexpr double kPower = 0.5;
  constexpr double kClip = 25;
  const double median = UpperMedian(log_ratio);
  double up = 0;
  double down = 0;
  double total = 0;
  for (Index i = 0; i < log_ratio.size(); ++i) {
    const double r = kPower * std::clamp(log_ratio[i] - median, -kClip, kClip);
    const double e = std::exp(r);
    up += weights[i] * e;
    down += weights[i] / e;
    total += weights[i];
  }
  return -(std::log(up / total) + std::log(down / total)) / (kPower * kPower);
}

}  // namespace ttflow
