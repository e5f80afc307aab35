#include "core/density/marginal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Below this slope a cell is flat to rounding: series instead of quotients.
constexpr double kFlat = 1e-6;

// (e^a - 1) / a.
double MeanOfExponential(double a) {
  return std::abs(a) < kFlat ? 1 + 0.5 * a : std::expm1(a) / a;
}

}  // namespace

Marginal::Marginal(double lower, double width, Vector log_density)
    : lower_(lower), width_(width), log_density_(std::move(log_density)) {
  TTFLOW_CHECK(width_ > 0 && log_density_.size() >= 2 &&
               log_density_.allFinite());
  log_density_.array() -= log_density_.maxCoeff();
  ComputeMasses();
  log_density_.array() -= std::log(cumulative_[num_cells()]);
  ComputeMasses();
}

Marginal Marginal::FromNormalized(double lower,
                                  double width,
                                  Vector log_density) {
  TTFLOW_CHECK(width > 0 && log_density.size() >= 2 && log_density.allFinite());
  Marginal marginal;
  marginal.lower_ = lower;
  marginal.width_ = width;
  marginal.log_density_ = std::move(log_density);
  marginal.ComputeMasses();
  return marginal;
}

void Marginal::ComputeMasses() {
  const Index cells = log_density_.size() - 1;
  mass_.resize(cells);
  cumulative_.resize(cells + 1);
  cumulative_[0] = 0;
  for (Index j = 0; j < cells; ++j) {
    mass_[j] = width_ * std::exp(log_density_[j]) *
               MeanOfExponential(log_density_[j + 1] - log_density_[j]);
    cumulative_[j + 1] = cumulative_[j] + mass_[j];
  }
}

CellPosition Marginal::Locate(double u) const {
  const double x = (u - lower_) / width_;
  const auto cells = static_cast<double>(num_cells());
  CellPosition position;
  position.inside = x >= 0 && x <= cells;
  // NaN compares false and lands in the first cell, outside.
  const double clamped = x > 0 ? std::min(x, cells) : 0.0;
  position.cell = std::min(static_cast<Index>(clamped), num_cells() - 1);
  position.fraction =
      std::clamp(clamped - static_cast<double>(position.cell), 0.0, 1.0);
  return position;
}

double Marginal::LogDensity(const CellPosition& position) const {
  if (!position.inside) return -std::numeric_limits<double>::infinity();
  return log_density_[position.cell] * (1 - position.fraction) +
         log_density_[position.cell + 1] * position.fraction;
}

double Marginal::Score(const CellPosition& position) const {
  const auto slope = [this](Index j) {
    j = std::clamp<Index>(j, 0, num_cells() - 1);
    return (log_density_[j + 1] - log_density_[j]) / width_;
  };
  const Index j = position.cell;
  // Slopes belong to the middles of cells.
  const double f = position.fraction - 0.5;
  return f >= 0 ? slope(j) * (1 - f) + slope(j + 1) * f
                : slope(j) * (1 + f) - slope(j - 1) * f;
}

double Marginal::Quantile(double p) const {
  const double wanted = p * cumulative_[num_cells()];
  const double* begin = cumulative_.data();
  const double* edge = std::upper_bound(begin + 1, begin + num_cells(), wanted);
  const Index cell = static_cast<Index>(edge - begin) - 1;
  const double within =
      mass_[cell] > 0 ? (wanted - cumulative_[cell]) / mass_[cell] : 0.5;
  return QuantileInCell(cell, std::clamp(within, 0.0, 1.0));
}

double Marginal::QuantileInCell(Index cell, double p) const {
  const double a = log_density_[cell + 1] - log_density_[cell];
  const double f = std::abs(a) < kFlat ? p : std::log1p(p * std::expm1(a)) / a;
  return lower_ +
         width_ * (static_cast<double>(cell) + std::clamp(f, 0.0, 1.0));
}

Marginal MixMarginals(const Marginal& a, const Marginal& b, double share) {
  const double lower = std::min(a.lower(), b.lower());
  const double upper = std::max(a.upper(), b.upper());
  const Index cells = std::clamp<Index>(
      static_cast<Index>(std::ceil((upper - lower) / a.width())),
      a.num_cells(),
      2 * a.num_cells());
  const double width = (upper - lower) / static_cast<double>(cells);
  Vector log_density(cells + 1);
  double least = 0;
  for (Index j = 0; j <= cells; ++j) {
    const double u = lower + width * static_cast<double>(j);
    const double density = (1 - share) * std::exp(a.LogDensity(a.Locate(u))) +
                           share * std::exp(b.LogDensity(b.Locate(u)));
    log_density[j] = density > 0 ? std::log(density)
                                 : std::numeric_limits<double>::quiet_NaN();
    if (density > 0) least = std::min(least, log_density[j]);
  }
  // Between two ranges that do not meet nothing is known: as little as
  // anywhere.
  for (double& value : log_density) {
    if (std::isnan(value)) value = least;
  }
  return Marginal(lower, width, std::move(log_density));
}

}  // namespace ttflow
