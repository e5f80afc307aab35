#include "core/als/rank_adaptation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/als/enrichment.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/arithmetic.h"
#include "core/tensor_train/factories.h"
#include "core/tensor_train/round.h"

namespace ttflow {
namespace {

// Growth that lowers the held-out risk by less than this fraction costs more in
// later stages than it gains.
constexpr double kLeastRelativeGain = 0.02;

// The bound on ranks that max_rank and max_unknowns set together, 0 = none.
Index RankBound(const AlsProblem& problem,
                const RankAdaptationOptions& options) {
  if (options.max_unknowns <= 0) return options.max_rank;
  Index largest = 1;
  for (Index k = 0; k < problem.dimension(); ++k) {
    largest = std::max(largest, problem.basis_size(k));
  }
  const double square =
      static_cast<double>(options.max_unknowns) / static_cast<double>(largest);
  const Index bound =
      std::max<Index>(1, static_cast<Index>(std::floor(std::sqrt(square))));
  return options.max_rank > 0 ? std::min(bound, options.max_rank) : bound;
}

// From zero, alternating steps see no direction to begin with.
TensorTrain NonzeroStart(const TensorTrain& start, const RandomKey& key) {
  if (Norm(start) > 0) return start;
  std::vector<Index> sizes;
  for (const TrainCore& core : start.cores) sizes.push_back(core.size);
  const std::vector<Index> ranks(sizes.size() + 1, 1);
  return MakeRandomTrain(sizes, ranks, key);
}

// Squared errors on the rows that judge a fit: the held-out ones, or all if
// there are none.
class Judge {
 public:
  Judge(const AlsProblem& problem,
        std::span<const RowRole> roles,
        bool profile_constant)
      : problem_(problem), roles_(roles), profile_constant_(profile_constant) {
    for (Index i = 0; i < problem.num_rows(); ++i) {
      if (roles[i] == RowRole::kHeldOut && problem.weights()[i] > 0) {
        role_ = RowRole::kHeldOut;
      }
    }
  }

  struct Gain {
    double mean = 0;   // by how much `after` is better
    double noise = 0;  // its standard error
  };
  Gain Compare(const Vector& prediction_before,
               const Vector& prediction_after) const {
    const Vector before = SquaredErrors(prediction_before);
    const Vector after = SquaredErrors(prediction_after);
    const Vector& weights = problem_.weights();
    double weight = 0;
    double sum = 0;
    for (Index i = 0; i < problem_.num_rows(); ++i) {
      if (!Judges(i)) continue;
      weight += weights[i];
      sum += weights[i] * (before[i] - after[i]);
    }
    if (!(weight > 0)) return {};
    Gain gain{sum / weight, 0};
    double square = 0;
    for (Index i = 0; i < problem_.num_rows(); ++i) {
      if (!Judges(i)) continue;
      const double deviation =
          weights[i] * (before[i] - after[i] - gain.mean) / weight;
      square += deviation * deviation;
    }
    gain.noise = std::sqrt(square);
    return gain;
  }

  // Held-out risk of the zero train.
  double RiskOfZero() const {
    return Risk(problem_,
                Vector::Zero(problem_.num_rows()),
                roles_,
                role_,
                profile_constant_);
  }

  // Sets the risks of a result whose train was changed.
  void Rate(const Vector& prediction, AlsResult& result) const {
    result.training_risk = Risk(
        problem_, prediction, roles_, RowRole::kTraining, profile_constant_);
    result.heldout_risk =
        Risk(problem_, prediction, roles_, role_, profile_constant_);
  }

 private:
  // Squared error of each judging row, zero elsewhere.
  Vector SquaredErrors(const Vector& prediction) const {
    const Vector& weights = problem_.weights();
    double weight = 0;
    double mean = 0;
    for (Index i = 0; i < problem_.num_rows(); ++i) {
      if (!Judges(i)) continue;
      weight += weights[i];
      mean += weights[i] * (prediction[i] - problem_.rhs()[i]);
    }
    mean = profile_constant_ && weight > 0 ? mean / weight : 0;
    Vector squares = Vector::Zero(problem_.num_rows());
    for (Index i = 0; i < problem_.num_rows(); ++i) {
      if (!Judges(i)) continue;
      const double error = prediction[i] - problem_.rhs()[i] - mean;
      squares[i] = error * error;
    }
    return squares;
  }

  bool Judges(Index i) const {
    return roles_[i] == role_ && problem_.weights()[i] > 0;
  }

  const AlsProblem& problem_;
  std::span<const RowRole> roles_;
  bool profile_constant_;
  RowRole role_ = RowRole::kTraining;
};

// Where new rows of a core come from.
enum class Directions { kRandom, kResidual };

// The rules `residual` and `amen`.
class GrowingRankAdaptation final : public RankAdaptation {
 public:
  GrowingRankAdaptation(const RankAdaptationOptions& options,
                        Directions directions)
      : options_(options), directions_(directions) {}

  absl::StatusOr<AlsResult> Fit(const AlsProblem& problem,
                                std::span<const RowRole> roles,
                                const TensorTrain& start,
                                const TensorTrain* /*previous*/,
                                const RandomKey& key,
                                const Executor& executor,
                                Interrupter& interrupter) const override {
    const Judge judge(problem, roles, options_.als.profile_constant);
    const Index bound = RankBound(problem, options_);
    // What the tolerance calls equal: not worth a rank.
    const double negligible = options_.relative_tolerance *
                              options_.relative_tolerance * judge.RiskOfZero();
    TTFLOW_ASSIGN_OR_RETURN(AlsResult best,
                            SolveAls(problem,
                                     roles,
                                     NonzeroStart(start, key),
                                     options_.als,
                                     executor,
                                     interrupter));
    TTFLOW_ASSIGN_OR_RETURN(
        Vector prediction,
        ApplyProblem(problem, best.train, executor, interrupter));
    TTFLOW_RETURN_IF_ERROR(Shorten(
        problem, judge, negligible, executor, interrupter, best, prediction));
    std::uint32_t attempt = 1;
    // A failed growth by one is tried once more by two: some interactions need
    // a pair of directions before they help at all.
    for (Index increment = 1;
         increment <= 2 && best.heldout_risk > negligible;) {
      const std::uint32_t index =
          attempt++ * static_cast<std::uint32_t>(problem.dimension());
      TensorTrain grown;
      if (directions_ == Directions::kRandom) {
        grown = Enrich(best.train, increment, bound, key, index);
      } else {
        TTFLOW_ASSIGN_OR_RETURN(grown,
                                EnrichByResidual(problem,
                                                 roles,
                                                 best.train,
                                                 prediction,
                                                 options_.als.profile_constant,
                                                 increment,
                                                 bound,
                                                 key,
                                                 index,
                                                 executor,
                                                 interrupter));
      }
      if (grown.ranks() == best.train.ranks()) break;
      TTFLOW_ASSIGN_OR_RETURN(
          AlsResult trial,
          SolveAls(problem, roles, grown, options_.als, executor, interrupter));
      TTFLOW_ASSIGN_OR_RETURN(
          Vector trial_prediction,
          ApplyProblem(problem, trial.train, executor, interrupter));
      trial.num_skipped += best.num_skipped;
      trial.num_unknowns = std::max(trial.num_unknowns, best.num_unknowns);
      const Judge::Gain gain = judge.Compare(prediction, trial_prediction);
      if (!(gain.mean > gain.noise &&
            gain.mean > kLeastRelativeGain * best.heldout_risk)) {
        ++increment;
        continue;
      }
      best = std::move(trial);
      prediction = std::move(trial_prediction);
      TTFLOW_RETURN_IF_ERROR(Shorten(
          problem, judge, negligible, executor, interrupter, best, prediction));
      increment = 1;
    }
    return best;
  }

 private:
  // Rounds where the held-out risk does not rise beyond its noise, or stays
  // negligible.
  absl::Status Shorten(const AlsProblem& problem,
                       const Judge& judge,
                       double negligible,
                       const Executor& executor,
                       Interrupter& interrupter,
                       AlsResult& result,
                       Vector& prediction) const {
    TensorTrain rounded = result.train;
    Round(rounded, options_.relative_tolerance);
    if (rounded.ranks() == result.train.ranks()) return absl::OkStatus();
    TTFLOW_ASSIGN_OR_RETURN(
        Vector rounded_prediction,
        ApplyProblem(problem, rounded, executor, interrupter));
    const Judge::Gain loss = judge.Compare(rounded_prediction, prediction);
    AlsResult shorter = result;
    shorter.train = std::move(rounded);
    judge.Rate(rounded_prediction, shorter);
    if (loss.mean > loss.noise && shorter.heldout_risk > negligible) {
      return absl::OkStatus();
    }
    result = std::move(shorter);
    prediction = std::move(rounded_prediction);
    return absl::OkStatus();
  }

  RankAdaptationOptions options_;
  Directions directions_;
};

class EmaRankAdaptation final : public RankAdaptation {
 public:
  explicit EmaRankAdaptation(const RankAdaptationOptions& options)
      : options_(options) {}

  absl::StatusOr<AlsResult> Fit(const AlsProblem& problem,
                                std::span<const RowRole> roles,
                                const TensorTrain& start,
                                const TensorTrain* previous,
                                const RandomKey& key,
                                const Executor& executor,
                                Interrupter& interrupter) const override {
    const Judge judge(problem, roles, options_.als.profile_constant);
    const Index bound = RankBound(problem, options_);
    const TensorTrain& origin = previous != nullptr ? *previous : start;
    const TensorTrain grown =
        Enrich(NonzeroStart(origin, key),
               1,
               bound,
               key,
               static_cast<std::uint32_t>(problem.dimension()));
    TTFLOW_ASSIGN_OR_RETURN(
        AlsResult result,
        SolveAls(problem, roles, grown, options_.als, executor, interrupter));
    if (previous != nullptr) {
      result.train = Add(
          *previous, result.train, 1 - options_.ema_rate, options_.ema_rate);
    }
    Round(result.train, options_.relative_tolerance, bound);
    TTFLOW_ASSIGN_OR_RETURN(
        const Vector prediction,
        ApplyProblem(problem, result.train, executor, interrupter));
    judge.Rate(prediction, result);
    return result;
  }

 private:
  RankAdaptationOptions options_;
};

}  // namespace

std::unique_ptr<const RankAdaptation> MakeRankAdaptation(
    RankRule rule, const RankAdaptationOptions& options) {
  TTFLOW_CHECK(options.ema_rate > 0 && options.ema_rate <= 1);
  switch (rule) {
    case RankRule::kEma:
      return std::make_unique<const EmaRankAdaptation>(options);
    case RankRule::kResidual:
      return std::make_unique<const GrowingRankAdaptation>(options,
                                                           Directions::kRandom);
    case RankRule::kAmen:
      return std::make_unique<const GrowingRankAdaptation>(
          options, Directions::kResidual);
  }
  TTFLOW_CHECK(false);
}

}  // namespace ttflow
