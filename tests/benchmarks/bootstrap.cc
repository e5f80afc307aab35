#include "tests/benchmarks/bootstrap.h"

#include <algorithm>
#include <limits>

#include "core/foundation/random.h"

namespace ttflow::benchmarks {
namespace {

constexpr int kBootstraps = 2000;

}  // namespace

Figure Bootstrap(
    std::size_t count,
    std::uint32_t stream,
    const std::function<double(const std::vector<std::size_t>&)>& statistic) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (count == 0) return {kNone, kNone, kNone};
  std::vector<std::size_t> chosen(count);
  for (std::size_t i = 0; i < count; ++i) chosen[i] = i;
  Figure figure;
  figure.value = statistic(chosen);
  RandomStream random = RandomKey(1).Stream(Purpose::kExact, stream, 0);
  std::vector<double> values;
  for (int b = 0; b < kBootstraps; ++b) {
    for (std::size_t& index : chosen) index = random.Below(count);
    values.push_back(statistic(chosen));
  }
  std::sort(values.begin(), values.end());
  figure.lower = values[kBootstraps / 40];
  figure.upper = values[kBootstraps - 1 - kBootstraps / 40];
  return figure;
}

}  // namespace ttflow::benchmarks
