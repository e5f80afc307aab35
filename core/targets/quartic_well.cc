#include "core/targets/quartic_well.h"

#include <algorithm>
#include <cmath>

#include "core/foundation/check.h"
#include "core/math/log_sum_exp.h"

namespace ttflow {
namespace {

// Cells a curvature's width are good for draws; halved, the trapezoidal rule is
// at rounding error as well.
constexpr double kRefinement = 0.5;

// Nats above the lowest point at which the density is taken to end.
constexpr double kDepth = 200;

}  // namespace

QuarticWell::QuarticWell(double quadratic, double linear, double constant)
    : quadratic_(quadratic), linear_(linear), constant_(constant) {
  TTFLOW_CHECK(quadratic <= 0);
  for (const double sign : {-1.0, 1.0}) {
    double x = sign * std::sqrt(-quadratic / 2);
    for (int iteration = 0; iteration < 50; ++iteration) {
      x -= Slope(x) / (2 * quadratic_ + 12 * x * x);
    }
    minima_.push_back(x);
  }

  double lowest = Energy(minima_[0]);
  for (const double x : minima_) lowest = std::min(lowest, Energy(x));
  // V rises on both sides of the outermost minima.
  reach_ = std::max(std::abs(minima_.front()), std::abs(minima_.back()));
  while (std::min(Energy(reach_), Energy(-reach_)) < lowest + kDepth)
    reach_ += 0.125;

  const double width = kRefinement * CellWidth(MaximumCurvature());
  const Index half = static_cast<Index>(std::ceil(reach_ / width));
  Vector log_density(2 * half + 1);
  for (Index j = 0; j < log_density.size(); ++j) {
    log_density[j] = -Energy(width * static_cast<double>(j - half));
  }
  log_normalizer_ = LogSumExp(log_density) + std::log(width);
  proposal_.Reset(-width * static_cast<double>(half),
                  width,
                  MaximumCurvature(),
                  log_density);
}

double QuarticWell::MaximumCurvature() const {
  return 2 * quadratic_ + 12 * reach_ * reach_;
}

double QuarticWell::Sample(RandomStream& stream) const {
  return proposal_.Draw(stream, [this](double x) { return -Energy(x); });
}

}  // namespace ttflow
