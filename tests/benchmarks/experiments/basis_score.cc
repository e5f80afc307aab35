#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "core/foundation/check.h"
#include "core/foundation/interrupter.h"
#include "core/transport/fold_sums.h"
#include "core/transport/linear_design.h"
#include "tests/benchmarks/experiments/basis_ablation.h"
#include "tests/benchmarks/experiments/experiment.h"

namespace ttflow::benchmarks {
namespace {

double LogCondition(const CloudPair& clouds,
                    const FitOptions& options,
                    const Executor& executor) {
  const auto rows = GatherFitRows(clouds.training.problem());
  TTFLOW_CHECK(rows.ok());
  const LinearDesign design(
      *rows,
      ChooseBases(*rows, options, options.additive_basis_size, {}, executor),
      {},
      1);
  NullInterrupter interrupter;
  const auto sums = ComputeFoldSums(
      *rows,
      design.size(),
      [&](Index begin, Index end, MatrixRef block) {
        design.Fill(begin, end, block);
      },
      executor,
      interrupter);
  TTFLOW_CHECK(sums.ok());
  NormalSums all = (*sums)[0];
  all += (*sums)[1];
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(all.Centered().gram,
                                                     Eigen::EigenvaluesOnly);
  const double largest = solver.eigenvalues().tail(1)[0];
  // Below this an eigenvalue is rounding.
  const double least = std::max(solver.eigenvalues()[0], 1e-16 * largest);
  return std::log10(largest / least);
}

}  // namespace

std::string FamilyName(BasisFamily family) {
  switch (family) {
    case BasisFamily::kFourierExtension:
      return "fourier_extension";
    case BasisFamily::kPureFourier:
      return "pure_fourier";
    case BasisFamily::kLegendre:
      return "legendre";
    case BasisFamily::kChebyshev:
      return "chebyshev";
    case BasisFamily::kBSpline:
      return "bspline";
    case BasisFamily::kWavelet:
      return "wavelet";
  }
  return "";
}

std::string OrthonormalityName(Orthonormality orthonormality) {
  switch (orthonormality) {
    case Orthonormality::kH2:
      return "h2";
    case Orthonormality::kL2:
      return "l2";
    case Orthonormality::kRaw:
      return "raw";
  }
  return "";
}

std::vector<IntervalRule> IntervalRules() {
  return {{"0.5 %, margin 1/4", 0.005, 0.25},
          {"0.5 %, no margin", 0.005, 0},
          {"5 %, margin 1/4", 0.05, 0.25},
          {"0.01 %, margin 1", 0.0001, 1}};
}

FitOptions BasisSetting::Options(Index dimension) const {
  constexpr Index kLargestTrainSize = 8;
  constexpr Index kLargestRank = 4;
  FitOptions options;
  options.basis = family;
  options.orthonormal = orthonormality != Orthonormality::kRaw;
  options.inner_product = orthonormality == Orthonormality::kL2
                              ? InnerProduct::kL2
                              : InnerProduct::kH2;
  options.additive_basis_size = size;
  options.train_basis_size =
      dimension <= 2 ? size : std::min(size, kLargestTrainSize);
  options.max_rank = kLargestRank;
  options.interval_tail = interval.tail;
  options.interval_margin = interval.margin;
  return options;
}

FitScore ScoreFit(const CloudPair& clouds,
                  const BasisSetting& setting,
                  const Executor& executor) {
  constexpr int kFitSeed = 5;
  constexpr double kFailure = -0.1;
  NullInterrupter interrupter;
  const FitOptions options = setting.Options(clouds.training.position.cols());
  FitScore score;
  score.log_condition = LogCondition(clouds, options, executor);
  const auto fit = FitVelocity(clouds.training.problem(),
                               options,
                               nullptr,
                               RandomKey(kFitSeed),
                               executor,
                               interrupter);
  if (!fit.ok()) {
    score.failed = true;
    return score;
  }
  const TemperedCloud& cloud = clouds.validation;
  const auto r2 = [&](const Velocity& velocity) {
    const double value = ContinuityR2(velocity, cloud, executor);
    if (!(value > kFailure)) score.failed = true;
    return value;
  };
  for (const Velocity& velocity : fit->fold_velocity) {
    score.r2 += 0.5 * r2(velocity);
  }
  r2(fit->velocity);
  return score;
}

std::vector<AblationTarget> AblationTargets() {
  return {
      {"gmm-40", TargetOf("gmm40", 2), 30},
      {"many-well-8", TargetOf("many_well", 8), 2},
      {"coupled-wells-8",
       TargetOf("coupled_wells", 8, {{"coupling", {0.5}}}),
       2},
      {"funnel-5", TargetOf("funnel", 5), 4},
      {"correlated-gaussian-8", TargetOf("gaussian", 8, {{"rho", {0.9}}}), 2},
  };
}

}  // namespace ttflow::benchmarks
