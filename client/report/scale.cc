#include "client/report/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "client/output/number_format.h"

namespace ttflow::client {
namespace {

// Rounding must not lose a tick that lies exactly on an end.
constexpr double kSlack = 1e-9;

std::vector<Tick> LogarithmicTicks(const Scale& scale) {
  std::vector<Tick> ticks;
  const int first =
      static_cast<int>(std::ceil(std::log10(scale.lower) - kSlack));
  const int last =
      static_cast<int>(std::floor(std::log10(scale.upper) + kSlack));
  const int step = std::max(1, (last - first + 5) / 6);
  for (int power = last; power >= first; power -= step) {
    ticks.push_back(
        {std::pow(10.0, power), fmt::format("{:g}", std::pow(10.0, power))});
  }
  std::reverse(ticks.begin(), ticks.end());
  return ticks;
}

}  // namespace

double Scale::operator()(double value) const {
  double share = 0;
  if (logarithmic) {
    const double safe = std::max(value, lower * 1e-3);
    share = std::log(safe / lower) / std::log(upper / lower);
  } else {
    share = (value - lower) / (upper - lower);
  }
  return from + share * (to - from);
}

std::vector<Tick> Ticks(const Scale& scale, int wanted) {
  const double width = scale.upper - scale.lower;
  if (!(width > 0) || !std::isfinite(width) || wanted < 1) return {};
  if (scale.logarithmic) return LogarithmicTicks(scale);
  const double raw = width / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double leading = raw / power;
  const double step = power * (leading < 1.5   ? 1
                               : leading < 3.5 ? 2
                               : leading < 7.5 ? 5
                                               : 10);
  const int decimals =
      std::max(0, -static_cast<int>(std::floor(std::log10(step) + kSlack)));
  std::vector<Tick> ticks;
  const double slack = kSlack * width;
  for (double n = std::ceil((scale.lower - slack) / step);
       n * step <= scale.upper + slack;
       ++n) {
    ticks.push_back({n * step, Fixed(n * step, decimals)});
  }
  return ticks;
}

Interval RobustInterval(std::vector<double> values,
                        double tail,
                        double margin) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return {-1, 1};
  std::sort(values.begin(), values.end());
  const auto cut =
      static_cast<std::size_t>(tail * static_cast<double>(values.size()));
  Interval interval{values[cut], values[values.size() - 1 - cut]};
  const double width = interval.upper - interval.lower;
  if (!(width > 0)) return {interval.lower - 1, interval.lower + 1};
  return {interval.lower - margin * width, interval.upper + margin * width};
}

}  // namespace ttflow::client
