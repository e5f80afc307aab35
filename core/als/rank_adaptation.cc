#include "core/als/rank_adaptation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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

// The ranks after growth by `increment`, none below its present value and none
// above what the cores on either side can fill.
std::vector<Index> GrownRanks(const TensorTrain& train,
                              Index increment,
                              Index max_rank) {
  const Index d = train.dimension();
  const std::vector<Index> present = train.ranks();
  std::vector<Index> ranks = present;
  for (Index k = 1; k < d; ++k) {
    ranks[k] += increment;
    if (max_rank > 0) ranks[k] = std::min(ranks[k], max_rank);
  }
  for (Index k = 1; k < d; ++k) {
    ranks[k] = std::min(ranks[k], ranks[k - 1] * train.cores[k - 1].size);
  }
  for (Index k = d - 1; k >= 1; --k) {
    ranks[k] = std::min(ranks[k], ranks[k + 1] * train.cores[k].size);
  }
  for (Index k = 1; k < d; ++k) ranks[k] = std::max(ranks[k], present[k]);
  return ranks;
}

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

  struct Gain {
    double mean = 0;   // by how much `after` is better
    double noise = 0;  // its standard error
  };
  Gain Compare(const Vector& before, const Vector& after) const {
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
  bool Judges(Index i) const {
    return roles_[i] == role_ && problem_.weights()[i] > 0;
  }

  const AlsProblem& problem_;
  std::span<const RowRole> roles_;
  bool profile_constant_;
  RowRole role_ = RowRole::kTraining;
};

class ResidualRankAdaptation final : public RankAdaptation {
 public:
  explicit ResidualRankAdaptation(const RankAdaptationOptions& options)
      : options_(options) {}

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
        const Vector prediction,
        ApplyProblem(problem, best.train, executor, interrupter));
    Vector errors = judge.SquaredErrors(prediction);
    TTFLOW_RETURN_IF_ERROR(Shorten(
        problem, judge, negligible, executor, interrupter, best, errors));
    std::uint32_t attempt = 1;
    // A failed growth by one is tried once more by two: some interactions need
    // a pair of directions before they help at all.
    for (Index increment = 1;
         increment <= 2 && best.heldout_risk > negligible;) {
      const TensorTrain grown =
          Enrich(best.train,
                 increment,
                 bound,
                 key,
                 attempt++ * static_cast<std::uint32_t>(problem.dimension()));
      if (grown.ranks() == best.train.ranks()) break;
      TTFLOW_ASSIGN_OR_RETURN(
          AlsResult trial,
          SolveAls(problem, roles, grown, options_.als, executor, interrupter));
      TTFLOW_ASSIGN_OR_RETURN(
          const Vector trial_prediction,
          ApplyProblem(problem, trial.train, executor, interrupter));
      Vector trial_errors = judge.SquaredErrors(trial_prediction);
      trial.num_skipped += best.num_skipped;
      trial.num_unknowns = std::max(trial.num_unknowns, best.num_unknowns);
      const Judge::Gain gain = judge.Compare(errors, trial_errors);
      if (!(gain.mean > gain.noise &&
            gain.mean > kLeastRelativeGain * best.heldout_risk)) {
        ++increment;
        continue;
      }
      best = std::move(trial);
      errors = std::move(trial_errors);
      TTFLOW_RETURN_IF_ERROR(Shorten(
          problem, judge, negligible, executor, interrupter, best, errors));
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
                       Vector& errors) const {
    TensorTrain rounded = result.train;
    Round(rounded, options_.relative_tolerance);
    if (rounded.ranks() == result.train.ranks()) return absl::OkStatus();
    TTFLOW_ASSIGN_OR_RETURN(
        const Vector prediction,
        ApplyProblem(problem, rounded, executor, interrupter));
    Vector rounded_errors = judge.SquaredErrors(prediction);
    const Judge::Gain loss = judge.Compare(rounded_errors, errors);
    AlsResult shorter = result;
    shorter.train = std::move(rounded);
    judge.Rate(prediction, shorter);
    if (loss.mean > loss.noise && shorter.heldout_risk > negligible) {
      return absl::OkStatus();
    }
    result = std::move(shorter);
    errors = std::move(rounded_errors);
    return absl::OkStatus();
  }

  RankAdaptationOptions options_;
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

TensorTrain Enrich(const TensorTrain& train,
                   Index increment,
                   Index max_rank,
                   const RandomKey& key,
                   std::uint32_t index) {
  TTFLOW_CHECK(increment >= 0 && max_rank >= 0);
  const std::vector<Index> ranks = GrownRanks(train, increment, max_rank);
  TensorTrain grown;
  for (Index k = 0; k < train.dimension(); ++k) {
    const TrainCore& old = train.cores[k];
    TrainCore core{ranks[k],
                   old.size,
                   ranks[k + 1],
                   Matrix::Zero(ranks[k] * old.size, ranks[k + 1])};
    RandomStream stream =
        key.Stream(Purpose::kFit, index + static_cast<std::uint32_t>(k), 0);
    const Index new_rows = core.left_rank - old.left_rank;
    for (Index j = 0; j < core.size; ++j) {
      auto slice = core.slice(j);
      slice.topLeftCorner(old.left_rank, old.right_rank) = old.slice(j);
      for (Index b = 0; b < core.right_rank; ++b) {
        for (Index a = 0; a < new_rows; ++a) {
          slice(old.left_rank + a, b) = stream.Normal();
        }
      }
    }
    grown.cores.push_back(std::move(core));
  }
  return grown;
}

std::unique_ptr<const RankAdaptation> MakeResidualRankAdaptation(
    const RankAdaptationOptions& options) {
  return std::make_unique<const ResidualRankAdaptation>(options);
}

std::unique_ptr<const RankAdaptation> MakeEmaRankAdaptation(
    const RankAdaptationOptions& options) {
  TTFLOW_CHECK(options.ema_rate > 0 && options.ema_rate <= 1);
  return std::make_unique<const EmaRankAdaptation>(options);
}

}  // namespace ttflow
