#include "core/als/als_solver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/als/residuals.h"
#include "core/als/ridge_path.h"
#include "core/als/sliced_loop.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/orthogonalize.h"

namespace ttflow {
namespace {

struct Risks {
  double training = 0;
  double heldout = 0;
};

// One fit: a train, the states on both sides of its center, and the local
// solve.
class Sweeper {
 public:
  Sweeper(const AlsProblem& problem,
          std::span<const RowRole> roles,
          const AlsOptions& options,
          const Executor& executor,
          Interrupter& interrupter,
          bool has_heldout,
          TensorTrain train)
      : problem_(problem),
        roles_(roles),
        options_(options),
        executor_(executor),
        interrupter_(interrupter),
        has_heldout_(has_heldout),
        rhs_(problem.rhs()),
        train_(std::move(train)),
        left_(train_.dimension() + 1),
        right_(train_.dimension() + 1) {
    // A large constant in the right-hand side would cost digits in every
    // centred sum below.
    if (options_.profile_constant) rhs_.array() -= TrainingMean();
    Orthogonalize(train_, 0);
    const Index d = train_.dimension();
    left_[0] = InitialState(problem_.num_rows(), problem_.num_components());
    right_[d] = left_[0];
  }

  // Computes the states right of core 0; before all that follows.
  absl::Status Start() {
    for (Index k = train_.dimension() - 1; k >= 1; --k) {
      TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
      UpdateRight(k);
    }
    return absl::OkStatus();
  }

  const TensorTrain& train() const { return train_; }

  // Moves the center from core k to k + 1 or k - 1.
  void MoveRight(Index k) {
    OrthogonalizeLeft(train_, k);
    UpdateLeft(k);
  }
  void MoveLeft(Index k) {
    OrthogonalizeRight(train_, k);
    UpdateRight(k);
  }

  // Replaces the center core k by the solution of least held-out risk; false if
  // there is no finite one, with the core kept.
  absl::StatusOr<bool> SolveCore(Index k, Risks& risks, double& ridge) {
    TrainCore& core = train_.cores[k];
    const Index p = core.unfolding.size();
    const auto fill = [&](Index begin, Index end, MatrixRef design) {
      Fill(k, begin, end, design);
    };
    const std::span<const std::uint8_t> group(
        reinterpret_cast<const std::uint8_t*>(roles_.data()), roles_.size());
    TTFLOW_ASSIGN_OR_RETURN(std::vector<NormalSums> all_sums,
                            ComputeNormalSums(p,
                                              problem_.weights(),
                                              rhs_,
                                              group,
                                              1,
                                              fill,
                                              executor_,
                                              interrupter_));
    NormalSums sums = std::move(all_sums[0]);
    if (options_.profile_constant) sums = sums.Centered();
    const Vector present = core.unfolding.reshaped();
    if (options_.proximal) sums = sums.Deflated(present);
    std::vector<double> ridges;
    Matrix candidates(p, static_cast<Index>(options_.ridges.size()));
    for (const double trial : options_.ridges) {
      const std::optional<Vector> solution = SolveRidge(sums, trial);
      if (!solution.has_value()) continue;
      auto column = candidates.col(static_cast<Index>(ridges.size()));
      column = *solution;
      if (options_.proximal) column += present;
      ridges.push_back(trial);
      // Nothing to choose by: the least ridge that can be solved.
      if (!has_heldout_) break;
    }
    if (ridges.empty()) return false;
    candidates.conservativeResize(Eigen::NoChange,
                                  static_cast<Index>(ridges.size()));
    TTFLOW_ASSIGN_OR_RETURN(const std::vector<Risks> all,
                            CandidateRisks(k, candidates));
    std::size_t best = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i].heldout <= all[best].heldout) best = i;
    }
    if (!std::isfinite(all[best].heldout)) return false;
    core.unfolding.reshaped() = candidates.col(static_cast<Index>(best));
    risks = all[best];
    ridge = ridges[best];
    return true;
  }

 private:
  double TrainingMean() const {
    double weight = 0;
    double sum = 0;
    for (Index i = 0; i < problem_.num_rows(); ++i) {
      const double w = problem_.weights()[i];
      if (roles_[i] != RowRole::kTraining || !(w > 0)) continue;
      weight += w;
      sum += w * rhs_[i];
    }
    return sum / weight;
  }

  void UpdateLeft(Index k) {
    const TrainCore& core = train_.cores[k];
    left_[k + 1].resize(problem_.num_rows(),
                        problem_.num_components() * core.right_rank);
    executor_.ForBlocks(problem_.num_rows(), [&](Index begin, Index end) {
      problem_.ExtendLeft(k,
                          core,
                          begin,
                          end,
                          left_[k].middleRows(begin, end - begin),
                          left_[k + 1].middleRows(begin, end - begin));
    });
  }

  void UpdateRight(Index k) {
    const TrainCore& core = train_.cores[k];
    right_[k].resize(problem_.num_rows(),
                     problem_.num_components() * core.left_rank);
    executor_.ForBlocks(problem_.num_rows(), [&](Index begin, Index end) {
      problem_.ExtendRight(k,
                           core,
                           begin,
                           end,
                           right_[k + 1].middleRows(begin, end - begin),
                           right_[k].middleRows(begin, end - begin));
    });
  }

  void Fill(Index k, Index begin, Index end, MatrixRef design) const {
    problem_.FillLocalSystem(k,
                             begin,
                             end,
                             left_[k].middleRows(begin, end - begin),
                             right_[k + 1].middleRows(begin, end - begin),
                             design);
  }

  // Risks of each column of `candidates` as core k. From the residuals
  // themselves: the quadratic form of the sums would lose half of the digits.
  absl::StatusOr<std::vector<Risks>> CandidateRisks(
      Index k, const Matrix& candidates) const {
    const Index n = problem_.num_rows();
    const Index count = candidates.cols();
    const Index num_blocks =
        (n + Executor::kBlockRows - 1) / Executor::kBlockRows;
    // [block, candidate]: training, held out
    std::vector<std::array<ResidualSums, 2>> sums(num_blocks * count);
    const double row_operations =
        static_cast<double>(candidates.rows() * (4 + count));
    const auto add_block = [&](Index begin, Index end) {
      Matrix design(end - begin, candidates.rows());
      Fill(k, begin, end, design);
      const Matrix prediction = design * candidates;
      const Index block = begin / Executor::kBlockRows;
      for (Index i = begin; i < end; ++i) {
        const double w = problem_.weights()[i];
        if (roles_[i] == RowRole::kIgnored || !(w > 0)) continue;
        for (Index c = 0; c < count; ++c) {
          sums[block * count + c][roles_[i] == RowRole::kHeldOut].Add(
              w, prediction(i - begin, c) - rhs_[i]);
        }
      }
    };
    TTFLOW_RETURN_IF_ERROR(
        ForBlocksSliced(n, row_operations, executor_, interrupter_, add_block));
    std::vector<Risks> risks(count);
    for (Index c = 0; c < count; ++c) {
      std::array<ResidualSums, 2> total;
      for (Index b = 0; b < num_blocks; ++b) {
        total[0].Add(sums[b * count + c][0]);
        total[1].Add(sums[b * count + c][1]);
      }
      risks[c].training = total[0].Risk(options_.profile_constant);
      risks[c].heldout = has_heldout_ ? total[1].Risk(options_.profile_constant)
                                      : risks[c].training;
    }
    return risks;
  }

  const AlsProblem& problem_;
  std::span<const RowRole> roles_;
  const AlsOptions& options_;
  const Executor& executor_;
  Interrupter& interrupter_;
  bool has_heldout_;
  Vector rhs_;
  TensorTrain train_;
  std::vector<Matrix> left_;   // left_[k]: state before core k
  std::vector<Matrix> right_;  // right_[k]: state of the cores from k on
};

bool HasWeight(const AlsProblem& problem,
               std::span<const RowRole> roles,
               RowRole role) {
  for (Index i = 0; i < problem.num_rows(); ++i) {
    if (roles[i] == role && problem.weights()[i] > 0) return true;
  }
  return false;
}

void CheckShapes(const AlsProblem& problem,
                 std::span<const RowRole> roles,
                 const TensorTrain& train) {
  TTFLOW_CHECK(static_cast<Index>(roles.size()) == problem.num_rows());
  TTFLOW_CHECK(train.dimension() == problem.dimension());
  for (Index k = 0; k < train.dimension(); ++k) {
    TTFLOW_CHECK(train.cores[k].size == problem.basis_size(k));
  }
}

}  // namespace

absl::StatusOr<AlsResult> SolveAls(const AlsProblem& problem,
                                   std::span<const RowRole> roles,
                                   TensorTrain start,
                                   const AlsOptions& options,
                                   const Executor& executor,
                                   Interrupter& interrupter) {
  CheckShapes(problem, roles, start);
  TTFLOW_CHECK(options.num_half_sweeps >= 1 && !options.ridges.empty());
  if (!HasWeight(problem, roles, RowRole::kTraining)) {
    return absl::FailedPreconditionError(
        "no training row of the least-squares problem has weight");
  }
  const bool has_heldout = HasWeight(problem, roles, RowRole::kHeldOut);
  const Index d = problem.dimension();
  AlsResult best;
  {
    TTFLOW_ASSIGN_OR_RETURN(
        const Vector prediction,
        ApplyProblem(problem, start, executor, interrupter));
    best.training_risk = Risk(problem,
                              prediction,
                              roles,
                              RowRole::kTraining,
                              options.profile_constant);
    best.heldout_risk = has_heldout ? Risk(problem,
                                           prediction,
                                           roles,
                                           RowRole::kHeldOut,
                                           options.profile_constant)
                                    : best.training_risk;
    if (!std::isfinite(best.heldout_risk)) {
      best.heldout_risk = std::numeric_limits<double>::infinity();
    }
    best.train = start;
  }
  Sweeper sweeper(problem,
                  roles,
                  options,
                  executor,
                  interrupter,
                  has_heldout,
                  std::move(start));
  TTFLOW_RETURN_IF_ERROR(sweeper.Start());
  const auto solve = [&](Index k) -> absl::Status {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    best.num_unknowns = std::max<Index>(
        best.num_unknowns, sweeper.train().cores[k].unfolding.size());
    Risks risks;
    double ridge = 0;
    TTFLOW_ASSIGN_OR_RETURN(const bool solved,
                            sweeper.SolveCore(k, risks, ridge));
    if (!solved) {
      ++best.num_skipped;
      return absl::OkStatus();
    }
    best.ridge = ridge;
    if (risks.heldout < best.heldout_risk) {
      best.heldout_risk = risks.heldout;
      best.training_risk = risks.training;
      best.train = sweeper.train();
    }
    return absl::OkStatus();
  };
  // A core at a turning point is solved once, at the end of a half sweep.
  TTFLOW_RETURN_IF_ERROR(solve(0));
  for (int half = 0; half < options.num_half_sweeps; ++half) {
    const double before = best.heldout_risk;
    if (half % 2 == 0) {
      for (Index k = 0; k + 1 < d; ++k) {
        sweeper.MoveRight(k);
        TTFLOW_RETURN_IF_ERROR(solve(k + 1));
      }
    } else {
      for (Index k = d - 1; k >= 1; --k) {
        sweeper.MoveLeft(k);
        TTFLOW_RETURN_IF_ERROR(solve(k - 1));
      }
    }
    best.num_half_sweeps = half + 1;
    if (d == 1) break;
    if (half >= 1 &&
        best.heldout_risk >= before * (1 - options.min_relative_gain)) {
      break;
    }
  }
  return best;
}

}  // namespace ttflow
