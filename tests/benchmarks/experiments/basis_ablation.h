// The basis ablation: what is fitted and run, and what it scores.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_BASIS_ABLATION_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_BASIS_ABLATION_H_

#include <memory>
#include <string>
#include <vector>

#include "core/foundation/executor.h"
#include "core/targets/target_registry.h"
#include "core/transport/fit.h"
#include "tests/benchmarks/experiments/experiment.h"
#include "tests/benchmarks/experiments/tempered_cloud.h"

namespace ttflow::benchmarks {

// "fourier_extension", ..., as the option is spelled.
std::string FamilyName(BasisFamily family);
inline constexpr BasisFamily kAllFamilies[] = {BasisFamily::kFourierExtension,
                                               BasisFamily::kPureFourier,
                                               BasisFamily::kLegendre,
                                               BasisFamily::kChebyshev,
                                               BasisFamily::kBSpline,
                                               BasisFamily::kWavelet};

// Orthonormality as one choice: "h2", "l2", "raw".
enum class Orthonormality { kH2, kL2, kRaw };
std::string OrthonormalityName(Orthonormality orthonormality);
inline constexpr Orthonormality kAllOrthonormalities[] = {
    Orthonormality::kH2, Orthonormality::kL2, Orthonormality::kRaw};

// Whether a family's functions differ from all others' once orthonormal:
// Chebyshev's are Legendre's.
inline bool IsDistinct(BasisFamily family, Orthonormality orthonormality) {
  return family != BasisFamily::kChebyshev ||
         orthonormality == Orthonormality::kRaw;
}

// Where a basis ends: quantiles at both tails and a margin.
struct IntervalRule {
  std::string label;
  double tail = 0.005;
  double margin = 0.25;
};
// The default first.
std::vector<IntervalRule> IntervalRules();

struct BasisSetting {
  BasisFamily family = BasisFamily::kFourierExtension;
  Index size = 12;
  Orthonormality orthonormality = Orthonormality::kH2;
  IntervalRule interval = IntervalRules()[0];

  // `size` functions in the additive part and in the train; in the train at
  // most 8 where d > 2, ranks up to 4: what the rows can carry.
  FitOptions Options(Index dimension) const;
};

struct FitScore {
  // 1 - Var(h - L phi) / Var(h) on the validation cloud, mean over the two
  // cross-fitted potentials: those that move particles in a run. Not below -1.
  double r2 = 0;
  // Decimal logarithm of the condition number of the normal matrix of all
  // additive unknowns, the constant profiled out, no ridge.
  double log_condition = 0;
  // No fit, or R^2 below -0.1, of any of the cross-fitted potentials and that
  // of all rows, which frozen runs use: worse than no flow.
  bool failed = false;
};

FitScore ScoreFit(const CloudPair& clouds,
                  const BasisSetting& setting,
                  const Executor& executor);

// A target of the ablation and the base of its path.
struct AblationTarget {
  std::string label;
  std::shared_ptr<const Target> target;
  double base_scale = 1;
};
std::vector<AblationTarget> AblationTargets();

// Whole runs on one target with the flow on, by family and size, and of plain
// tempered SMC, as a Markdown table. The first setting, the default basis, sets
// the number of energy evaluations for all.
std::string RunTable(const AblationTarget& target,
                     const ExperimentArguments& arguments,
                     const Executor& executor);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_BASIS_ABLATION_H_
