#include "core/sampler/mode_density.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/density/density_sum.h"
#include "core/density/gaussian.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr double kEqualShare = 0.2;
// Starts and energies beyond the wide density: so much further out, and these
// as multiples of its points.
constexpr double kFarStarts = 2.5;
constexpr Index kFarCopies = 3;
constexpr double kInflation = 1.1;
constexpr double kWideShare = 0.1;

// As many points again, taken out: differences of draws are draws of the same
// shape about zero, and independent of the starts of the descents.
Matrix FarPoints(const ConstMatrixRef& wide, const Vector& mean, Index shift) {
  const Index n = wide.rows();
  Matrix far(n, wide.cols());
  for (Index i = 0; i < n; ++i) {
    far.row(i) =
        mean.transpose() + kFarStarts * std::numbers::sqrt2 / 2 *
                               (wide.row((i + shift) % n) - wide.row(i));
  }
  return far;
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
  const Vector equal =
      Vector::Constant(wide.rows(), 1 / static_cast<double>(wide.rows()));
  const Vector mean = WeightedMean(wide, equal);
  const Vector scale =
      WeightedVariance(wide, equal).cwiseSqrt().array().max(1e-300);
  Matrix starts = wide;
  for (Index i = 1; i < starts.rows(); i += 2) {
    starts.row(i) =
        mean.transpose() + kFarStarts * (wide.row(i) - mean.transpose());
  }
  const std::int64_t first = energy.counts().num_energy_evaluations;
  const auto allowance = [&] {
    return most_evaluations - (energy.counts().num_energy_evaluations - first);
  };
  ModeSearchOptions options;
  options.most_evaluations = std::min(options.most_evaluations, allowance());
  TTFLOW_ASSIGN_OR_RETURN(
      ModeSearchResult found,
      FindModes(starts, scale, options, energy, interrupter));
  ModeDensity modes;
  if (found.modes.empty() ||
      found.unseen_share > 2 * options.wanted_unseen_share) {
    return modes;
  }
  Matrix points = wide;
  Vector point_energies = energies;
  const Index n = wide.rows();
  const Index far = kFarCopies * n;
  if (wide.cols() <= options.few_coordinates && far <= allowance()) {
    points.conservativeResize(n + far, Eigen::NoChange);
    for (Index copy = 1; copy <= kFarCopies; ++copy) {
      points.middleRows(copy * n, n) = FarPoints(wide, mean, copy);
    }
    Vector far_energies;
    TTFLOW_RETURN_IF_ERROR(energy.Evaluate(
        points.bottomRows(far), far_energies, nullptr, interrupter));
    point_energies.conservativeResize(n + far);
    point_energies.tail(far) = far_energies;
  }
  options.most_surprised_evaluations =
      std::min(options.most_surprised_evaluations, allowance());
  TTFLOW_RETURN_IF_ERROR(FindModesBySurprise(points,
                                             point_energies,
                                             scale,
                                             options,
                                             energy,
                                             interrupter,
                                             found.modes));
  modes.normals = MakeLaplaceMixture(found.modes, kInflation);
  modes.wide = std::make_shared<const GaussianDensity>(mean, scale);
  modes.density =
      std::make_shared<const DensitySum>(std::vector<DensitySum::Component>{
          {1 - kWideShare, modes.normals}, {kWideShare, modes.wide}});
  modes.modes = std::move(found.modes);
  return modes;
}

}  // namespace ttflow
