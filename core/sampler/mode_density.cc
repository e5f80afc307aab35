#include "core/sampler/mode_density.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include "core/density/density_sum.h"
#include "core/density/gaussian.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr double kEqualShare = 0.2;
// Starts beyond the wide density: so much further out.
constexpr double kFarStarts = 2.5;
// A scale of the wide density is this share of the furthest mode's distance at
// least. Where one would have to grow by more than the second, the search is
// repeated from the wider density: further modes may hide.
constexpr double kModeReach = 0.8;
constexpr double kBeyond = 1.5;
constexpr int kMostRounds = 3;
// Energies beyond it: at which distances, and how many at each, as a multiple
// of its points. A narrow basin is a cone that takes more points in more
// coordinates; in many, more than it is worth.
constexpr double kFarDistances[] = {2, 3, 4.5};
constexpr double kFewFarDistances[] = {2.2, 3.5};
struct FarPlan {
  Index most_coordinates = 0;
  std::span<const double> distances;
  Index multiple = 0;
};
constexpr FarPlan kFarPlans[] = {
    {2, kFarDistances, 1}, {8, kFarDistances, 2}, {16, kFewFarDistances, 1}};
constexpr double kInflation = 1.1;
constexpr double kWideShare = 0.1;

// Points of a wide density, and how far it reaches.
struct WideCloud {
  explicit WideCloud(const ConstMatrixRef& wide) : points(wide) {
    const Vector equal =
        Vector::Constant(wide.rows(), 1 / static_cast<double>(wide.rows()));
    mean = WeightedMean(wide, equal);
    scale = WeightedVariance(wide, equal).cwiseSqrt().array().max(1e-300);
  }

  // Every other point further out.
  Matrix Starts() const {
    Matrix starts = points;
    for (Index i = 1; i < starts.rows(); i += 2) {
      starts.row(i) =
          mean.transpose() + kFarStarts * (points.row(i) - mean.transpose());
    }
    return starts;
  }

  // Points at each distance of the plan: differences of draws are draws of the
  // same shape about zero, and independent of the starts of the descents.
  Matrix FarPoints() const {
    const auto* const plan = std::find_if(
        std::begin(kFarPlans), std::end(kFarPlans), [this](const FarPlan& p) {
          return points.cols() <= p.most_coordinates;
        });
    if (plan == std::end(kFarPlans)) return Matrix(0, points.cols());
    const Index n = points.rows();
    const Index each = plan->multiple * n;
    Matrix far(each * static_cast<Index>(plan->distances.size()),
               points.cols());
    for (Index row = 0; row < far.rows(); ++row) {
      // Every pass over the points has a shift of its own.
      const Index i = row % n;
      const Index shift = 1 + row / n;
      far.row(row) = mean.transpose() +
                     plan->distances[row / each] * std::numbers::sqrt2 / 2 *
                         (points.row((i + shift) % n) - points.row(i));
    }
    return far;
  }

  // Stretches the cloud to modes that lie beyond it; returns whether there are
  // any.
  bool WidenTo(const std::vector<Mode>& modes) {
    const double least = LeastLogMass(modes);
    Vector reach = scale;
    for (const Mode& mode : modes) {
      if (mode.log_mass < least) continue;
      reach = reach.cwiseMax(kModeReach * (mode.position - mean).cwiseAbs());
    }
    const Vector ratio = reach.cwiseQuotient(scale);
    if (ratio.maxCoeff() < kBeyond) return false;
    points =
        ((points.rowwise() - mean.transpose()) * ratio.asDiagonal()).rowwise() +
        mean.transpose();
    scale = reach;
    return true;
  }

  Matrix points;
  Vector mean;
  Vector scale;
};

// Adds to `modes` those of `found` that are not among them, and the starts of
// the others.
void MergeModes(std::vector<Mode> found, std::vector<Mode>& modes) {
  for (Mode& mode : found) {
    if (Mode* known = FindSameMode(modes, mode.position); known != nullptr) {
      known->num_starts += mode.num_starts;
    } else {
      modes.push_back(std::move(mode));
    }
  }
}

}  // namespace

Vector ModeWeights(const std::vector<Mode>& modes) {
  const auto count = static_cast<Index>(modes.size());
  Vector log_mass(count);
  for (Index k = 0; k < count; ++k) log_mass[k] = modes[k].log_mass;
  return (1 - kEqualShare) * NormalizedExp(log_mass).array() +
         kEqualShare / static_cast<double>(count);
}

std::shared_ptr<const GaussianMixtureDensity> MakeLaplaceMixture(
    const std::vector<Mode>& modes, double inflation) {
  const auto count = static_cast<Index>(modes.size());
  GaussianMixtureParameters parameters;
  parameters.means.resize(count, modes.front().position.size());
  for (Index k = 0; k < count; ++k) {
    parameters.means.row(k) = modes[k].position.transpose();
    parameters.root.push_back(std::sqrt(inflation) * modes[k].root);
  }
  parameters.weights = ModeWeights(modes);
  return std::make_shared<const GaussianMixtureDensity>(std::move(parameters));
}

absl::StatusOr<ModeDensity> FindModeDensity(const ConstMatrixRef& wide,
                                            const ConstVectorRef& energies,
                                            std::int64_t most_evaluations,
                                            CountingEnergy& energy,
                                            Interrupter& interrupter) {
  const std::int64_t first = energy.counts().num_energy_evaluations;
  const auto allowance = [&] {
    return most_evaluations - (energy.counts().num_energy_evaluations - first);
  };
  WideCloud cloud(wide);
  ModeSearchOptions options;
  const std::int64_t most_descents = options.most_evaluations;
  std::vector<Mode> all;
  for (int round = 0; round < kMostRounds; ++round) {
    options.most_evaluations = std::min(most_descents, allowance());
    TTFLOW_ASSIGN_OR_RETURN(
        ModeSearchResult found,
        FindModes(cloud.Starts(), cloud.scale, options, energy, interrupter));
    if (found.modes.empty() ||
        found.unseen_share > 2 * options.wanted_unseen_share) {
      return ModeDensity();
    }
    MergeModes(std::move(found.modes), all);
    if (!cloud.WidenTo(all)) break;
  }
  Matrix points = wide;
  Vector point_energies = energies;
  const Matrix far_points = cloud.FarPoints();
  const Index far = far_points.rows();
  if (far > 0 && far <= allowance()) {
    points.conservativeResize(wide.rows() + far, Eigen::NoChange);
    points.bottomRows(far) = far_points;
    Vector far_energies;
    TTFLOW_RETURN_IF_ERROR(
        energy.Evaluate(far_points, far_energies, nullptr, interrupter));
    point_energies.conservativeResize(wide.rows() + far);
    point_energies.tail(far) = far_energies;
  }
  options.most_surprised_evaluations =
      std::min(options.most_surprised_evaluations, allowance());
  TTFLOW_RETURN_IF_ERROR(FindModesBySurprise(
      points, point_energies, cloud.scale, options, energy, interrupter, all));
  const double least = LeastLogMass(all);
  std::erase_if(all, [&](const Mode& mode) { return mode.log_mass < least; });
  ModeDensity modes;
  modes.normals = MakeLaplaceMixture(all, kInflation);
  modes.wide = std::make_shared<const GaussianDensity>(cloud.mean, cloud.scale);
  modes.density =
      std::make_shared<const DensitySum>(std::vector<DensitySum::Component>{
          {1 - kWideShare, modes.normals}, {kWideShare, modes.wide}});
  modes.modes = std::move(all);
  return modes;
}

}  // namespace ttflow
