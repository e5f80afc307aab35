#include "core/math/natural_spline.h"

#include <algorithm>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

NaturalSpline::NaturalSpline(Vector knots) : knots_(std::move(knots)) {
  TTFLOW_CHECK(knots_.size() >= 3);
  for (Index k = 1; k < knots_.size(); ++k) {
    TTFLOW_CHECK(knots_[k - 1] < knots_[k]);
  }
  units_ = (knots_.array() - knots_[0]) * unit_slope();
}

Vector NaturalSpline::Values(double v) const {
  const Index last = size() - 1;
  const double t = Unit(v);
  const auto cube = [&](Index k) {
    const double past = std::max(t - units_[k], 0.0);
    return past * past * past;
  };
  const auto piece = [&](Index k) {
    return (cube(k) - cube(last)) / (units_[last] - units_[k]);
  };
  Vector values(size());
  values[0] = 1;
  values[1] = t;
  const double end = piece(last - 1);
  for (Index k = 0; k + 2 < size(); ++k) values[k + 2] = piece(k) - end;
  return values;
}

Vector NaturalSpline::Slopes(double v) const {
  const Index last = size() - 1;
  const double t = Unit(v);
  const auto square = [&](Index k) {
    const double past = std::max(t - units_[k], 0.0);
    return 3 * past * past;
  };
  const auto piece = [&](Index k) {
    return (square(k) - square(last)) / (units_[last] - units_[k]);
  };
  Vector slopes(size());
  slopes[0] = 0;
  slopes[1] = 1;
  const double end = piece(last - 1);
  for (Index k = 0; k + 2 < size(); ++k) slopes[k + 2] = piece(k) - end;
  return unit_slope() * slopes;
}

}  // namespace ttflow
