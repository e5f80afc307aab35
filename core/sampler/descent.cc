#include "core/sampler/descent.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

constexpr std::size_t kHistory = 6;
constexpr double kArmijo = 1e-4;
constexpr double kBacktracking = 0.3;
constexpr int kMostBacktracks = 12;

// One start, in units of `scale`.
struct Path {
  Vector position;  // in x
  Vector gradient;  // in scaled units
  double energy = 0;
  Vector direction;
  double slope = 0;  // of the energy along the direction
  double step = 1;
  int backtracks = 0;
  int evaluations = 1;
  bool active = false;
  bool arrived = false;
  std::deque<std::pair<Vector, Vector>> history;  // steps, gradient changes
};

// The two-loop recursion.
void SetDirection(Path& path) {
  Vector q = -path.gradient;
  std::vector<double> alpha(path.history.size());
  for (std::size_t i = path.history.size(); i-- > 0;) {
    const auto& [s, y] = path.history[i];
    alpha[i] = s.dot(q) / s.dot(y);
    q -= alpha[i] * y;
  }
  if (path.history.empty()) {
    // A first step of one unit at most.
    q *= std::min(1.0, 1 / std::max(q.norm(), 1e-300));
  } else {
    const auto& [s, y] = path.history.back();
    q *= s.dot(y) / y.squaredNorm();
  }
  for (std::size_t i = 0; i < path.history.size(); ++i) {
    const auto& [s, y] = path.history[i];
    q += (alpha[i] - y.dot(q) / s.dot(y)) * s;
  }
  path.direction = std::move(q);
  path.slope = path.gradient.dot(path.direction);
  path.step = 1;
  path.backtracks = 0;
}

void Restart(Path& path) {
  path.history.clear();
  SetDirection(path);
}

// Takes in the energy at the trial point.
void Advance(const Vector& trial,
             double energy,
             const Vector& gradient,
             const ConstVectorRef& scale,
             const DescentOptions& options,
             Path& path) {
  ++path.evaluations;
  const bool lower = std::isfinite(energy) &&
                     energy <= path.energy + kArmijo * path.step * path.slope;
  if (!lower) {
    path.step *= kBacktracking;
    if (++path.backtracks > kMostBacktracks) {
      if (path.history.empty()) {
        path.active = false;
      } else {
        Restart(path);
      }
    }
  } else {
    const Vector s = (trial - path.position).cwiseQuotient(scale);
    const Vector y = gradient - path.gradient;
    if (s.dot(y) > 1e-10 * s.norm() * y.norm()) {
      path.history.emplace_back(s, y);
      if (path.history.size() > kHistory) path.history.pop_front();
    }
    path.position = trial;
    path.energy = energy;
    path.gradient = gradient;
    SetDirection(path);
    if (!(path.slope < 0)) Restart(path);
    // Without a slope it stands on the very minimum.
    if (!(path.slope < 0) ||
        (!path.history.empty() && -path.slope < 2 * options.tolerance) ||
        (options.is_known && options.is_known(path.position))) {
      path.arrived = true;
      path.active = false;
    }
  }
  if (path.evaluations >= options.max_evaluations) path.active = false;
}

}  // namespace

absl::StatusOr<DescentResult> Descend(const ConstMatrixRef& start,
                                      const ConstVectorRef& scale,
                                      const DescentOptions& options,
                                      CountingEnergy& energy,
                                      Interrupter& interrupter) {
  const Index n = start.rows();
  std::int64_t evaluations = n;
  Vector values;
  Matrix gradients;
  TTFLOW_RETURN_IF_ERROR(
      energy.Evaluate(start, values, &gradients, interrupter));
  std::vector<Path> paths(n);
  for (Index i = 0; i < n; ++i) {
    Path& path = paths[i];
    path.position = start.row(i).transpose();
    path.energy = values[i];
    path.gradient = gradients.row(i).transpose().cwiseProduct(scale);
    path.active = std::isfinite(values[i]);
    if (path.active) SetDirection(path);
    if (path.active && !(path.slope < 0)) {
      path.active = false;
      path.arrived = true;  // stationary already
    }
  }
  for (;;) {
    std::vector<Index> active;
    for (Index i = 0; i < n; ++i) {
      if (paths[i].active) active.push_back(i);
    }
    evaluations += static_cast<std::int64_t>(active.size());
    if (active.empty() || evaluations > options.most_evaluations) break;
    Matrix trial(static_cast<Index>(active.size()), start.cols());
    for (Index j = 0; j < trial.rows(); ++j) {
      const Path& path = paths[active[j]];
      trial.row(j) =
          (path.position + path.step * path.direction.cwiseProduct(scale))
              .transpose();
    }
    TTFLOW_RETURN_IF_ERROR(
        energy.Evaluate(trial, values, &gradients, interrupter));
    for (Index j = 0; j < trial.rows(); ++j) {
      Advance(trial.row(j).transpose(),
              values[j],
              gradients.row(j).transpose().cwiseProduct(scale),
              scale,
              options,
              paths[active[j]]);
    }
  }
  DescentResult result;
  result.position.resize(n, start.cols());
  result.energy.resize(n);
  result.gradient.resize(n, start.cols());
  for (Index i = 0; i < n; ++i) {
    result.position.row(i) = paths[i].position.transpose();
    result.energy[i] = paths[i].energy;
    result.gradient.row(i) = paths[i].gradient.cwiseQuotient(scale).transpose();
    result.arrived.push_back(paths[i].arrived);
  }
  return result;
}

}  // namespace ttflow
