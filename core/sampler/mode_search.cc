#include "core/sampler/mode_search.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/sampler/descent.h"

namespace ttflow {
namespace {

// Step of the gradients' differences, in units of scale.
constexpr double kDifference = 1e-4;
// Least curvature in units of scale^-2.
constexpr double kLeastCurvature = 0.04;
// Minima nearer than this, squared Mahalanobis distance, are one.
constexpr double kSameMode = 1;
// Countless modes: so many times as many as may be kept. An estimate from one
// batch is no better than that.
constexpr double kCountless = 2;
// Nats of mass below the heaviest: metastable states of a lattice, say.
constexpr double kNegligible = 25;
// A descent ends so near to a known mode, squared Mahalanobis distance.
constexpr double kKnown = 0.05;
constexpr double kLeastArrived = 0.5;

// Number of minima that there are, seen or not, by how many ends differ in
// energy or place, and how many of these were met once and twice: cheap, and
// enough to see that modes are countless before a curvature is spent on each.
// Chao (1984).
double EstimateNumModes(const DescentResult& ends,
                        const ConstVectorRef& scale) {
  constexpr double kEnergy = 0.01;
  constexpr double kPlace = 0.05;
  std::vector<std::pair<Index, int>> different;  // end, times met
  for (Index i = 0; i < ends.energy.size(); ++i) {
    if (!ends.arrived[i]) continue;
    const auto known =
        std::find_if(different.begin(), different.end(), [&](const auto& seen) {
          const Index j = seen.first;
          return std::abs(ends.energy[i] - ends.energy[j]) < kEnergy &&
                 ((ends.position.row(i) - ends.position.row(j)).transpose())
                         .cwiseQuotient(scale)
                         .cwiseAbs()
                         .maxCoeff() < kPlace;
        });
    if (known != different.end()) {
      ++known->second;
    } else {
      different.emplace_back(i, 1);
    }
  }
  double once = 0;
  double twice = 0;
  for (const auto& [end, times] : different) {
    once += times == 1 ? 1 : 0;
    twice += times == 2 ? 1 : 0;
  }
  return static_cast<double>(different.size()) +
         once * (once - 1) / (2 * (twice + 1));
}

// Root and mass of a mode from its Hessian in scaled units. False where it is
// none: a descent that starts next to a saddle or a maximum may end there.
bool SetCurvature(const Matrix& hessian,
                  const ConstVectorRef& scale,
                  Mode& mode) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(
      0.5 * (hessian + hessian.transpose()));
  if (solver.info() != Eigen::Success) return false;
  if (solver.eigenvalues().minCoeff() < -kLeastCurvature) return false;
  const Vector curvature = solver.eigenvalues().cwiseMax(kLeastCurvature);
  const Matrix half = scale.asDiagonal() * solver.eigenvectors() *
                      curvature.cwiseSqrt().cwiseInverse().asDiagonal();
  const Eigen::LLT<Matrix> cholesky(half * half.transpose());
  if (cholesky.info() != Eigen::Success) return false;
  mode.root = cholesky.matrixL();
  mode.log_mass = -mode.energy + scale.array().log().sum() +
                  0.5 * (2 * std::numbers::pi / curvature.array()).log().sum();
  return std::isfinite(mode.log_mass);
}

// Counts the ends that arrived to the modes that are known and adds those that
// are new, whose curvature costs d evaluations each. Returns whether it could
// add all within `most_modes` and `most_evaluations`.
absl::StatusOr<bool> AddModes(const DescentResult& ends,
                              const ConstVectorRef& scale,
                              Index most_modes,
                              std::int64_t most_evaluations,
                              CountingEnergy& energy,
                              Interrupter& interrupter,
                              std::vector<Mode>& modes) {
  const Index d = ends.position.cols();
  for (Index i = 0; i < ends.position.rows(); ++i) {
    if (!ends.arrived[i]) continue;
    const Vector x = ends.position.row(i).transpose();
    if (Mode* known = FindSameMode(modes, x); known != nullptr) {
      ++known->num_starts;
      continue;
    }
    most_evaluations -= d;
    if (static_cast<Index>(modes.size()) >= most_modes ||
        most_evaluations < 0) {
      return false;
    }
    Mode mode;
    mode.position = x;
    mode.energy = ends.energy[i];
    mode.num_starts = 1;
    Matrix around = x.transpose().replicate(d, 1);
    around.diagonal() += kDifference * scale;
    Vector energies;
    Matrix gradients;
    TTFLOW_RETURN_IF_ERROR(
        energy.Evaluate(around, energies, &gradients, interrupter));
    const Matrix hessian = (gradients.rowwise() - ends.gradient.row(i)) *
                           scale.asDiagonal() / kDifference;
    if (!hessian.allFinite() || !SetCurvature(hessian, scale, mode)) continue;
    modes.push_back(std::move(mode));
  }
  return true;
}

// Whether a place is next to a mode that is known, as DescentOptions asks.
std::function<bool(const Vector&)> IsNear(const std::vector<Mode>& modes) {
  if (modes.empty()) return nullptr;
  return [&modes](const Vector& x) {
    return std::any_of(modes.begin(), modes.end(), [&x](const Mode& mode) {
      return SquaredDistance(mode, x) < kKnown;
    });
  };
}

// log of the sum of the modes' normals, each of its mass, at the rows of x.
Vector LogLaplace(const std::vector<Mode>& modes, const ConstMatrixRef& x) {
  Vector log_density(x.rows());
  Vector terms(static_cast<Index>(modes.size()));
  for (Index i = 0; i < x.rows(); ++i) {
    for (std::size_t k = 0; k < modes.size(); ++k) {
      // By its own energy and curvature a mode's mass cancels.
      terms[static_cast<Index>(k)] =
          -modes[k].energy -
          0.5 * SquaredDistance(modes[k], x.row(i).transpose());
    }
    log_density[i] = LogSumExp(terms);
  }
  return log_density;
}

double LowestEnergy(const std::vector<Mode>& modes) {
  double lowest = std::numeric_limits<double>::infinity();
  for (const Mode& mode : modes) lowest = std::min(lowest, mode.energy);
  return lowest;
}

}  // namespace

double LeastLogMass(const std::vector<Mode>& modes) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const Mode& mode : modes) largest = std::max(largest, mode.log_mass);
  return largest - kNegligible;
}

double SquaredDistance(const Mode& mode, const ConstVectorRef& x) {
  return mode.root.triangularView<Eigen::Lower>()
      .solve(x - mode.position)
      .squaredNorm();
}

Mode* FindSameMode(std::vector<Mode>& modes, const ConstVectorRef& x) {
  const auto same =
      std::find_if(modes.begin(), modes.end(), [&](const Mode& mode) {
        return SquaredDistance(mode, x) < kSameMode;
      });
  return same != modes.end() ? &*same : nullptr;
}

absl::StatusOr<ModeSearchResult> FindModes(const ConstMatrixRef& starts,
                                           const ConstVectorRef& scale,
                                           const ModeSearchOptions& options,
                                           CountingEnergy& energy,
                                           Interrupter& interrupter) {
  const Index most = std::min(options.most_starts, starts.rows());
  const std::int64_t before = energy.counts().num_energy_evaluations;
  const auto allowance = [&] {
    return options.most_evaluations -
           (energy.counts().num_energy_evaluations - before);
  };
  // Whoever returns early has not seen enough: unseen_share stays one.
  ModeSearchResult result;
  double unseen_share = 1;
  bool spent = false;
  Index wanted = options.first_batch;
  while (result.num_starts < most) {
    const Index batch = std::min(wanted, most - result.num_starts);
    DescentOptions descent;
    descent.is_known = IsNear(result.modes);
    descent.most_evaluations = allowance();
    spent = descent.most_evaluations < batch;
    if (spent) break;
    TTFLOW_ASSIGN_OR_RETURN(const DescentResult ends,
                            Descend(starts.middleRows(result.num_starts, batch),
                                    scale,
                                    descent,
                                    energy,
                                    interrupter));
    const auto arrived =
        std::count(ends.arrived.begin(), ends.arrived.end(), true);
    // A batch that the energies did not suffice for says nothing.
    spent = arrived < batch && allowance() < batch;
    if (spent) break;
    result.num_starts += batch;
    // A valley without a floor in reach: more starts would not find one.
    if (static_cast<double>(arrived) <
        kLeastArrived * static_cast<double>(batch)) {
      return result;
    }
    if (result.modes.empty() &&
        EstimateNumModes(ends, scale) >
            kCountless * static_cast<double>(options.most_modes)) {
      return result;
    }
    TTFLOW_ASSIGN_OR_RETURN(const bool complete,
                            AddModes(ends,
                                     scale,
                                     options.most_modes,
                                     allowance(),
                                     energy,
                                     interrupter,
                                     result.modes));
    if (!complete) return result;
    const double least = LeastLogMass(result.modes);
    Index count = 0;
    double alone = 0;
    for (const Mode& mode : result.modes) {
      if (mode.log_mass < least) continue;
      ++count;
      alone += mode.num_starts == 1 ? 1 : 0;
    }
    unseen_share = result.modes.empty()
                       ? 1
                       : alone / static_cast<double>(result.num_starts);
    Index enough =
        std::max(options.least_starts, options.starts_per_mode * count);
    if (count == 1 && starts.cols() > options.few_coordinates) enough = 0;
    const bool seen = unseen_share <= options.wanted_unseen_share;
    if (seen && result.num_starts >= enough) break;
    // As many again, but no more than are wanted for sure.
    wanted = std::max(options.first_batch, result.num_starts);
    if (seen) wanted = std::min(wanted, enough - result.num_starts);
  }
  if (!spent || result.num_starts >= options.least_starts) {
    result.unseen_share = unseen_share;
  }
  return result;
}

absl::Status FindModesBySurprise(const ConstMatrixRef& points,
                                 const ConstVectorRef& energies,
                                 const ConstVectorRef& scale,
                                 const ModeSearchOptions& options,
                                 CountingEnergy& energy,
                                 Interrupter& interrupter,
                                 std::vector<Mode>& modes) {
  const std::int64_t first = energy.counts().num_energy_evaluations;
  const auto allowance = [&] {
    return options.most_surprised_evaluations -
           (energy.counts().num_energy_evaluations - first);
  };
  std::vector<bool> tried(points.rows());
  for (std::size_t before = 0; before < modes.size();) {
    before = modes.size();
    // As a share of the height above the lowest minimum: curvatures are known
    // to some digits, which makes nats far up.
    const Vector surprise =
        (-energies - LogLaplace(modes, points)).array() /
        (1 + (energies.array() - LowestEnergy(modes)).max(0));
    std::vector<Index> order;
    for (Index i = 0; i < points.rows(); ++i) {
      if (std::isfinite(energies[i]) && surprise[i] > 0 && !tried[i]) {
        order.push_back(i);
      }
    }
    const auto most = static_cast<std::size_t>(
        std::clamp<std::int64_t>(allowance(), 0, options.most_surprised));
    const std::size_t count = std::min(most, order.size());
    std::partial_sort(order.begin(),
                      order.begin() + static_cast<std::ptrdiff_t>(count),
                      order.end(),
                      [&](Index a, Index b) {
                        return surprise[a] > surprise[b] ||
                               (surprise[a] == surprise[b] && a < b);
                      });
    order.resize(count);
    for (const Index i : order) tried[i] = true;
    if (order.empty()) break;
    DescentOptions descent;
    descent.is_known = IsNear(modes);
    descent.most_evaluations = allowance();
    TTFLOW_ASSIGN_OR_RETURN(
        const DescentResult ends,
        Descend(
            points(order, Eigen::all), scale, descent, energy, interrupter));
    TTFLOW_ASSIGN_OR_RETURN(const bool complete,
                            AddModes(ends,
                                     scale,
                                     options.most_modes,
                                     allowance(),
                                     energy,
                                     interrupter,
                                     modes));
    if (!complete) break;
  }
  return absl::OkStatus();
}

}  // namespace ttflow
