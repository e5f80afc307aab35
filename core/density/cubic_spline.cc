#include "core/density/cubic_spline.h"

#include <algorithm>

namespace ttflow {

CubicSpline::CubicSpline(double lower, double upper)
    : lower_(lower), upper_(upper) {
  const Index intervals = kSize - 3;
  for (Index i = 0; i < kNumKnots; ++i) {
    const Index inner = std::clamp<Index>(i - 3, 0, intervals);
    knots_[i] = lower + (upper - lower) * static_cast<double>(inner) /
                            static_cast<double>(intervals);
  }
}

CubicSpline::Row CubicSpline::Evaluate(double u) const {
  const double x = std::clamp(u, lower_, upper_);
  const auto intervals = static_cast<double>(kSize - 3);
  const double place = (x - lower_) / (upper_ - lower_) * intervals;
  const Index span = 3 + std::min(static_cast<Index>(place), kSize - 4);
  // De Boor's triangle.
  std::array<double, 4> value = {1, 0, 0, 0};
  std::array<double, 4> left{};
  std::array<double, 4> right{};
  for (Index degree = 1; degree <= 3; ++degree) {
    left[degree] = x - knots_[span + 1 - degree];
    right[degree] = knots_[span + degree] - x;
    double saved = 0;
    for (Index r = 0; r < degree; ++r) {
      const double share = value[r] / (right[r + 1] + left[degree - r]);
      value[r] = saved + right[r + 1] * share;
      saved = left[degree - r] * share;
    }
    value[degree] = saved;
  }
  Row row = Row::Zero();
  for (Index r = 0; r <= 3; ++r) row[span - 3 + r] = value[r];
  return row;
}

}  // namespace ttflow
