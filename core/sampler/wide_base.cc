#include "core/sampler/wide_base.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/foundation/status_macros.h"
#include "core/sampler/descent.h"

namespace ttflow {
namespace {

constexpr Index kNumPoints = 128;
// Of a scale of the scan: the same points serve all, so few tell scales apart.
constexpr Index kScanPoints = 32;
constexpr double kLargestScale = 1e3;
constexpr double kSmallestScale = 1e-2;
constexpr double kScaleStep = 1.6;
// A maximum so many nats a coordinate below the largest is no candidate.
constexpr double kHopeless = 30;
constexpr int kNewtonSteps = 8;
// Nats that a step must gain, and how far it is shortened to gain them: a base
// is wide anyway.
constexpr double kLeastRise = 0.05;
constexpr double kLeastDamping = 0.05;
// The bound rises without end where a normal closes in on one of many modes: no
// coordinate may shrink below this share of the scan's scale. Wider costs
// little.
constexpr double kLeastShrinking = 0.7;
// The first standard deviation beyond the bound's maximum that is trusted.
constexpr double kWidening = 2;
// Descents that look for modes outside: how many, how far in units of the
// scale, and how long. Minima so much higher a coordinate do not count.
constexpr Index kFarStarts = 24;
constexpr double kFarFactors[] = {2.5, 8, 25};
constexpr int kFarEvaluations = 60;
constexpr double kHighMode = 10;
constexpr double kModeReach = 0.8;
// A point counts as outside the support where its energy is not finite; a
// normal with more of them than this share is no candidate.
constexpr double kMostNonfinite = 0.5;

// Energies and gradients of the normal's points, and the evidence lower bound.
struct Probe {
  Matrix standard;  // z [n, d]
  Vector energy;
  Matrix gradient;
  double bound = -std::numeric_limits<double>::infinity();
};

class Prober {
 public:
  Prober(CountingEnergy& energy, const RandomKey& key, Interrupter& interrupter)
      : energy_(energy),
        interrupter_(interrupter),
        standard_(kNumPoints, energy.dimension()) {
    // The same points at every scale: differences between scales are then
    // smooth. Antithetic pairs: the mean of z is zero exactly.
    for (Index i = 0; i < kNumPoints; i += 2) {
      RandomStream stream = key.Stream(Purpose::kProbe, 0, i / 2);
      for (Index k = 0; k < standard_.cols(); ++k)
        standard_(i, k) = stream.Normal();
      standard_.row(i + 1) = -standard_.row(i);
    }
  }

  // Energies of a few points alone.
  absl::StatusOr<Probe> Scan(const Vector& mean, const Vector& scale) {
    return Evaluate(mean, scale, kScanPoints, /*with_gradient=*/false);
  }
  // Energies and gradients of all points.
  absl::StatusOr<Probe> At(const Vector& mean, const Vector& scale) {
    return Evaluate(mean, scale, kNumPoints, /*with_gradient=*/true);
  }

  const Matrix& standard() const { return standard_; }

 private:
  absl::StatusOr<Probe> Evaluate(const Vector& mean,
                                 const Vector& scale,
                                 Index num_points,
                                 bool with_gradient) {
    Probe probe;
    const Matrix x =
        (standard_.topRows(num_points) * scale.asDiagonal()).rowwise() +
        mean.transpose();
    TTFLOW_RETURN_IF_ERROR(
        energy_.Evaluate(x,
                         probe.energy,
                         with_gradient ? &probe.gradient : nullptr,
                         interrupter_));
    double sum = 0;
    Index count = 0;
    for (Index i = 0; i < num_points; ++i) {
      if (!std::isfinite(probe.energy[i])) continue;
      sum += probe.energy[i];
      ++count;
    }
    if (static_cast<double>(count) >=
        (1 - kMostNonfinite) * static_cast<double>(num_points)) {
      // Up to the constant of the normal's entropy.
      probe.bound =
          -sum / static_cast<double>(count) + scale.array().log().sum();
    }
    return probe;
  }

  CountingEnergy& energy_;
  Interrupter& interrupter_;
  Matrix standard_;
};

// The widest local maximum of the bound over the scales that is not hopeless.
absl::StatusOr<double> ScanScales(Prober& prober, const Vector& mean) {
  std::vector<std::pair<double, double>> scan;  // scale and bound, widest first
  double largest_bound = -std::numeric_limits<double>::infinity();
  for (double scale = kLargestScale; scale >= kSmallestScale;
       scale /= kScaleStep) {
    TTFLOW_ASSIGN_OR_RETURN(
        const Probe probe,
        prober.Scan(mean, Vector::Constant(mean.size(), scale)));
    scan.emplace_back(scale, probe.bound);
    largest_bound = std::max(largest_bound, probe.bound);
  }
  if (!std::isfinite(largest_bound)) {
    return absl::FailedPreconditionError(
        "the energy is not finite at the points tried for a base; give "
        "base.mean and "
        "base.scale within the target's support");
  }
  // Far out, energies that overflow make maxima of their own.
  const double least_bound =
      largest_bound - kHopeless * static_cast<double>(mean.size());
  std::pair<double, double> best = {0,
                                    -std::numeric_limits<double>::infinity()};
  for (const auto& candidate : scan) {
    if (candidate.second < least_bound) continue;
    if (candidate.second > best.second) {
      best = candidate;
    } else if (candidate.second < best.second - 1) {
      break;
    }
  }
  return best.first;
}

// One damped Newton step of the bound in mean and log scale; returns whether
// the bound rose.
absl::StatusOr<bool> NewtonStep(Prober& prober,
                                double least_scale,
                                Vector& mean,
                                Vector& scale,
                                Probe& probe) {
  const Index d = mean.size();
  Vector slope = Vector::Zero(d);
  Vector curvature = Vector::Zero(d);
  double count = 0;
  for (Index i = 0; i < kNumPoints; ++i) {
    if (!std::isfinite(probe.energy[i])) continue;
    slope += probe.gradient.row(i).transpose();
    // Stein: E[f''] = E[z f'] / scale.
    curvature += prober.standard()
                     .row(i)
                     .cwiseProduct(probe.gradient.row(i))
                     .transpose();
    ++count;
  }
  slope /= count;
  curvature = (curvature / count).cwiseQuotient(scale);
  Vector mean_step(d);
  Vector log_scale_step(d);
  for (Index k = 0; k < d; ++k) {
    const double floor = 1e-3 / (scale[k] * scale[k]);
    const double bent = std::max(curvature[k], floor);
    mean_step[k] =
        std::clamp(-slope[k] / bent, -1e3 * scale[k], 1e3 * scale[k]);
    // Halfway in the logarithm, within a factor of two.
    log_scale_step[k] =
        std::clamp(0.5 * std::log(1 / (std::sqrt(bent) * scale[k])), -0.7, 0.7);
  }
  for (double damping = 1; damping > kLeastDamping; damping *= 0.5) {
    const Vector new_mean = mean + damping * mean_step;
    const Vector new_scale =
        (scale.array() * (damping * log_scale_step.array()).exp())
            .max(least_scale);
    TTFLOW_ASSIGN_OR_RETURN(Probe trial, prober.At(new_mean, new_scale));
    if (trial.bound > probe.bound + kLeastRise) {
      mean = new_mean;
      scale = new_scale;
      probe = std::move(trial);
      return true;
    }
  }
  return false;
}

Vector Expand(const std::vector<double>& values, Index dimension) {
  if (values.size() == 1) return Vector::Constant(dimension, values[0]);
  return Eigen::Map<const Vector>(values.data(), dimension);
}

}  // namespace

absl::StatusOr<BaseParameters> FindWideBase(CountingEnergy& energy,
                                            const BaseOptions& options,
                                            const RandomKey& key,
                                            Interrupter& interrupter) {
  const Index d = energy.dimension();
  BaseParameters base;
  base.kind = options.kind == BaseKind::kStudentT ? BaseKind::kStudentT
                                                  : BaseKind::kGaussian;
  base.degrees_of_freedom = options.degrees_of_freedom;
  base.mean = options.mean.empty() ? Vector::Zero(d) : Expand(options.mean, d);
  if (!options.scale.empty()) {
    base.scale = Expand(options.scale, d);
    return base;
  }
  Prober prober(energy, key, interrupter);
  TTFLOW_ASSIGN_OR_RETURN(double isotropic, ScanScales(prober, base.mean));
  Vector scale = Vector::Constant(d, isotropic);
  TTFLOW_ASSIGN_OR_RETURN(Probe probe, prober.At(base.mean, scale));
  Vector mean = base.mean;
  for (int step = 0; step < kNewtonSteps; ++step) {
    TTFLOW_ASSIGN_OR_RETURN(
        const bool rose,
        NewtonStep(prober, kLeastShrinking * isotropic, mean, scale, probe));
    if (!rose) break;
  }
  if (options.mean.empty()) base.mean = mean;
  base.scale = kWidening * scale;
  return base;
}

absl::Status WidenToModes(CountingEnergy& energy,
                          const RandomKey& key,
                          Interrupter& interrupter,
                          BaseParameters& base) {
  const Index d = energy.dimension();
  Matrix starts(kFarStarts, d);
  for (Index i = 0; i < kFarStarts; ++i) {
    RandomStream stream = key.Stream(Purpose::kProbe, 1, i);
    const double factor = kFarFactors[i % std::size(kFarFactors)];
    for (Index k = 0; k < d; ++k) {
      starts(i, k) = base.mean[k] + factor * base.scale[k] * stream.Normal();
    }
  }
  DescentOptions options;
  options.max_evaluations = kFarEvaluations;
  TTFLOW_ASSIGN_OR_RETURN(
      const DescentResult ends,
      Descend(starts, base.scale, options, energy, interrupter));
  double lowest = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < kFarStarts; ++i) {
    if (ends.arrived[i]) lowest = std::min(lowest, ends.energy[i]);
  }
  const double highest = lowest + kHighMode * static_cast<double>(d);
  for (Index i = 0; i < kFarStarts; ++i) {
    if (!ends.arrived[i] || ends.energy[i] > highest) continue;
    const Vector distance =
        (ends.position.row(i).transpose() - base.mean).cwiseAbs();
    base.scale = base.scale.cwiseMax(kModeReach * distance);
  }
  return absl::OkStatus();
}

}  // namespace ttflow
