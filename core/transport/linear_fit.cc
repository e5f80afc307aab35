#include "core/transport/linear_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/als/ridge_path.h"
#include "core/als/sliced_loop.h"
#include "core/basis/reexpansion.h"
#include "core/foundation/status_macros.h"
#include "core/transport/fold_sums.h"
#include "core/transport/linear_design.h"
#include "core/transport/pair_screening.h"

namespace ttflow {
namespace {

// Relative to trace / p; falling, so that the walk can stop once the risk
// rises: small ridges are for data without noise, where it never does.
constexpr std::array kRidges = {1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8};

// Linear and quadratic: what moves a Gaussian.
constexpr Index kLeastAdditiveSize = 3;
constexpr Index kMiddleAdditiveSize = 6;
// No solve grows beyond this by pairs: a Cholesky of it takes about 20 ms.
constexpr Index kMostUnknowns = 1024;
// Least relative gain for which pairs are kept, and for which more are tried.
constexpr double kLeastGain = 0.005;
constexpr double kPromisingGain = 0.05;
// Held-out R^2 beyond which pairs, and more pairs, are not worth their time.
constexpr double kAdditiveSuffices = 0.999;
constexpr double kPairsSuffice = 0.995;

enum Model { kFold0 = 0, kFold1 = 1, kAll = 2 };
using PairLists = std::array<std::vector<CoordinatePair>, 3>;

auto Filler(const LinearDesign& design) {
  return [&design](Index begin, Index end, MatrixRef block) {
    design.Fill(begin, end, block);
  };
}

// A choice of unknowns and its cross-fitted solution.
struct Candidate {
  Index size = 0;  // functions a coordinate
  // Of each model, ascending positions in the list of pairs that were summed.
  std::array<std::vector<Index>, 3> pairs;
  double ridge = 0;
  double heldout_risk = std::numeric_limits<double>::infinity();
  std::array<Vector, 3> coefficients;  // kAll: once it is finished
};

// Searches among numbers of functions and pairs, on sums that are formed once:
// the functions of a smaller basis are combinations of those of a larger one,
// or, where spaces are not nested (splines), the nearest such combinations in
// H2; the potential then stays in the larger basis.
class LinearFitter {
 public:
  LinearFitter(const FitRows& rows,
               const FitOptions& options,
               Index largest,
               std::span<const BasisSpec> previous,
               const Executor& executor,
               Interrupter& interrupter)
      : rows_(rows),
        options_(options),
        executor_(executor),
        interrupter_(interrupter),
        specs_(ChooseBases(rows, options, largest, previous, executor)),
        additive_(rows, specs_, {}, 1) {
    sizes_.push_back(largest);
    for (const Index size : {kMiddleAdditiveSize, kLeastAdditiveSize}) {
      if (size < largest) sizes_.push_back(size);
    }
    for (const Index size : sizes_) projections_.push_back(Projection(size));
  }

  absl::StatusOr<LinearFit> Run() {
    TTFLOW_ASSIGN_OR_RETURN(sums_,
                            ComputeFoldSums(rows_,
                                            additive_.size(),
                                            Filler(additive_),
                                            executor_,
                                            interrupter_));
    Candidate best = ZeroCandidate();
    for (const Index size : sizes_) {
      TTFLOW_RETURN_IF_ERROR(Try(size, {}, best));
    }
    LinearFit fit;
    fit.additive_r2 = 1 - best.heldout_risk / rows_.variance;
    if (fit.additive_r2 < kAdditiveSuffices) {
      TTFLOW_RETURN_IF_ERROR(FitPairs(best));
    }
    Finish(best, fit);
    return fit;
  }

 private:
  // phi = 0 in the largest bases.
  Candidate ZeroCandidate() const {
    Candidate zero;
    zero.size = sizes_[0];
    zero.heldout_risk = rows_.variance;
    zero.coefficients.fill(Vector::Zero(additive_.size()));
    return zero;
  }

  std::vector<BasisSpec> SpecsOfSize(Index size) const {
    std::vector<BasisSpec> specs = specs_;
    for (BasisSpec& spec : specs) spec.size = size;
    return specs;
  }

  // The functions but the constant of the basis of `size` in those of the
  // largest; empty for the largest itself. The same for all coordinates.
  Matrix Projection(Index size) const {
    if (size == sizes_[0]) return {};
    BasisSpec small = specs_[0];
    small.size = size;
    const Matrix all = ReexpansionMatrix(small, specs_[0]);
    return all.bottomRightCorner(all.rows() - 1, all.cols() - 1);
  }

  const Matrix& ProjectionOf(Index size) const {
    return projections_[std::find(sizes_.begin(), sizes_.end(), size) -
                        sizes_.begin()];
  }

  // The size of the functions in which a candidate is written out, and its
  // coefficients in them.
  Index DesignSize(const Candidate& candidate) const {
    const bool nested = IsNested(specs_[0].family, candidate.size, sizes_[0]);
    return nested ? candidate.size : sizes_[0];
  }
  Vector DesignCoefficients(const Candidate& candidate, int model) const {
    const Vector& own = candidate.coefficients[model];
    if (DesignSize(candidate) == candidate.size) return own;
    return ExpandCoefficients(
        own, rows_.dimension(), ProjectionOf(candidate.size));
  }

  NormalSums Restricted(const NormalSums& sums,
                        const Candidate& candidate,
                        int model) const {
    const Matrix& projection = ProjectionOf(candidate.size);
    return RestrictSums(
               sums,
               projection.size() > 0 ? rows_.dimension() : additive_.size(),
               projection,
               candidate.pairs[model])
        .Centered();
  }

  // Solves for a choice of unknowns, one ridge for both folds by their held-out
  // risks, and puts it in the place of `best` where it is better.
  absl::Status Try(Index size,
                   const std::array<std::vector<Index>, 3>& pairs,
                   Candidate& best) const {
    TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
    Candidate candidate;
    candidate.size = size;
    candidate.pairs = pairs;
    std::array<NormalSums, 2> training, heldout;
    executor_.ForEach(2, [&](Index f) {
      training[f] = Restricted(sums_[1 - f], candidate, static_cast<int>(f));
    });
    TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
    executor_.ForEach(2, [&](Index f) {
      heldout[f] = Restricted(sums_[f], candidate, static_cast<int>(f));
    });
    int rises = 0;
    double last_risk = std::numeric_limits<double>::infinity();
    for (const double ridge : kRidges) {
      TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
      std::array<std::optional<Vector>, 2> solved;
      std::array<double, 2> risks{};
      executor_.ForEach(2, [&](Index f) {
        solved[f] = SolveRidge(training[f], ridge);
        if (!solved[f]) return;
        risks[f] = heldout[f].weight * heldout[f].MeanSquare(*solved[f]);
      });
      if (!solved[0] || !solved[1]) break;
      const double risk = risks[0] + risks[1];
      if (risk < candidate.heldout_risk) {
        candidate.heldout_risk = risk;
        candidate.ridge = ridge;
        candidate.coefficients[kFold0] = *std::move(solved[0]);
        candidate.coefficients[kFold1] = *std::move(solved[1]);
      }
      rises = risk > last_risk ? rises + 1 : 0;
      if (rises == 2) break;
      last_risk = risk;
    }
    if (candidate.heldout_risk < best.heldout_risk) best = std::move(candidate);
    return absl::OkStatus();
  }

  // Solves on all rows; false if that fails.
  bool SolveAll(Candidate& candidate) const {
    if (candidate.ridge == 0) return true;  // phi = 0
    NormalSums all = sums_[0];
    all += sums_[1];
    std::optional<Vector> solved =
        SolveRidge(Restricted(all, candidate, kAll), candidate.ridge);
    if (!solved) return false;
    candidate.coefficients[kAll] = *std::move(solved);
    return true;
  }

  Index NumPairs(Index size) const {
    const Index d = rows_.dimension();
    const Index all = d * (d - 1) / 2;
    if (options_.max_pairs >= 0) return std::min(all, options_.max_pairs);
    const Index budget =
        std::min(rows_.UnknownBudget(options_.rows_per_unknown), kMostUnknowns);
    return std::min(all, std::max(2 * d, budget - (size - 1) * d));
  }

  // Adds pairs to the additive part: first as many as there is room for beside
  // the most functions; where they help, as many as beside the fewest.
  absl::Status FitPairs(Candidate& best) {
    const Index first = NumPairs(sizes_.front());
    const Index last = NumPairs(sizes_.back());
    if (first == 0) return absl::OkStatus();
    Candidate additive = best;
    if (!SolveAll(additive)) return absl::OkStatus();
    TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
    const Matrix mean_squares = PairMeanSquares(rows_, executor_);
    TTFLOW_ASSIGN_OR_RETURN(const PairLists ranked,
                            RankForModels(additive, mean_squares));
    const FoldSums additive_sums = sums_;
    Candidate with_pairs = best;
    with_pairs.heldout_risk *= 1 - kLeastGain;
    TTFLOW_RETURN_IF_ERROR(
        TryPairs(ranked, first, mean_squares, additive_sums, with_pairs));
    if (!HasPairs(with_pairs)) return absl::OkStatus();
    if (last > first &&
        with_pairs.heldout_risk < (1 - kPromisingGain) * best.heldout_risk &&
        with_pairs.heldout_risk > (1 - kPairsSuffice) * rows_.variance) {
      // Columns are numbered anew: what is kept must be solved again.
      with_pairs = best;
      TTFLOW_RETURN_IF_ERROR(
          TryPairs(ranked, last, mean_squares, additive_sums, with_pairs));
    }
    if (HasPairs(with_pairs)) best = std::move(with_pairs);
    return absl::OkStatus();
  }

  static bool HasPairs(const Candidate& candidate) {
    return !candidate.pairs[kAll].empty();
  }

  // The pairs by falling correlation with what the additive part leaves on the
  // rows that each model is fitted on.
  absl::StatusOr<PairLists> RankForModels(const Candidate& additive,
                                          const Matrix& mean_squares) const {
    const LinearDesign design(rows_, SpecsOfSize(DesignSize(additive)), {}, 1);
    Matrix coefficients(design.size(), 3);
    for (int model = 0; model < 3; ++model) {
      coefficients.col(model) = DesignCoefficients(additive, model);
    }
    Matrix residuals(rows_.size(), 3);
    const auto subtract = [&](Index begin, Index end) {
      Matrix block(end - begin, design.size());
      design.Fill(begin, end, block);
      residuals.middleRows(begin, end - begin) =
          (-block * coefficients).colwise() +
          rows_.energy_difference.segment(begin, end - begin);
    };
    constexpr double kColumnOperations = 40;
    TTFLOW_RETURN_IF_ERROR(ForBlocksSliced(
        rows_.size(),
        kColumnOperations * static_cast<double>(design.size() + 1),
        executor_,
        interrupter_,
        subtract));
    PairLists ranked;
    for (int model = 0; model < 3; ++model) {
      TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
      Vector weights = rows_.weights;
      if (model != kAll) {  // none for the rows of its own fold
        weights
            .segment(rows_.fold_begin[model],
                     rows_.fold_begin[model + 1] - rows_.fold_begin[model])
            .setZero();
      }
      const double mean = weights.dot(residuals.col(model)) / weights.sum();
      ranked[model] = RankPairs(rows_,
                                weights,
                                residuals.col(model).array() - mean,
                                mean_squares,
                                executor_);
    }
    return ranked;
  }

  // Forms the sums of the `count` best pairs of every model and tries all sizes
  // with as many of them as there is room for.
  absl::Status TryPairs(const PairLists& ranked,
                        Index count,
                        const Matrix& mean_squares,
                        const FoldSums& additive_sums,
                        Candidate& best) {
    pairs_.clear();
    for (const auto& list : ranked) {
      pairs_.insert(pairs_.end(), list.begin(), list.begin() + count);
    }
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    pair_scale_ = PairScale(additive_sums, mean_squares);
    const LinearDesign design(rows_, {}, pairs_, pair_scale_);
    TTFLOW_ASSIGN_OR_RETURN(sums_,
                            ExtendFoldSums(rows_,
                                           additive_sums,
                                           Filler(additive_),
                                           design.size(),
                                           Filler(design),
                                           executor_,
                                           interrupter_));
    for (const Index size : sizes_) {
      std::array<std::vector<Index>, 3> positions;
      for (int model = 0; model < 3; ++model) {
        for (Index p = 0; p < std::min(count, NumPairs(size)); ++p) {
          positions[model].push_back(
              std::lower_bound(pairs_.begin(), pairs_.end(), ranked[model][p]) -
              pairs_.begin());
        }
        std::sort(positions[model].begin(), positions[model].end());
      }
      TTFLOW_RETURN_IF_ERROR(Try(size, positions, best));
    }
    return absl::OkStatus();
  }

  // Scales pair columns to the additive ones, so that one ridge fits both.
  double PairScale(const FoldSums& additive_sums,
                   const Matrix& mean_squares) const {
    double pair_square = 0;
    for (const auto& [i, j] : pairs_) pair_square += mean_squares(i, j);
    pair_square /= static_cast<double>(pairs_.size());
    const double additive_square =
        (additive_sums[0].gram.trace() + additive_sums[1].gram.trace()) /
        static_cast<double>(std::max<Index>(1, additive_.size()));
    const double scale = std::sqrt(additive_square / pair_square);
    return std::isfinite(scale) && scale > 0 ? scale : 1;
  }

  void Finish(Candidate& best, LinearFit& fit) const {
    if (!SolveAll(best)) best = ZeroCandidate();
    const LinearDesign design(
        rows_, SpecsOfSize(DesignSize(best)), pairs_, pair_scale_);
    const auto potential = [&](int model) {
      std::vector<Index> columns(
          static_cast<std::size_t>(design.num_additive()));
      std::iota(columns.begin(), columns.end(), Index{0});
      for (const Index position : best.pairs[model]) {
        columns.push_back(design.num_additive() + position);
      }
      return design.MakePotential(columns, DesignCoefficients(best, model));
    };
    for (int f = 0; f < 2; ++f) fit.fold_potential[f] = potential(f);
    fit.potential = potential(kAll);
    fit.heldout_r2 = 1 - best.heldout_risk / rows_.variance;
    fit.ridge = best.ridge;
    fit.num_unknowns = best.coefficients[kAll].size();
  }

  const FitRows& rows_;
  const FitOptions& options_;
  const Executor& executor_;
  Interrupter& interrupter_;
  std::vector<BasisSpec> specs_;
  LinearDesign additive_;              // in the largest bases
  std::vector<Index> sizes_;           // falling
  std::vector<Matrix> projections_;    // of each size
  std::vector<CoordinatePair> pairs_;  // those summed, ascending
  double pair_scale_ = 1;
  FoldSums sums_;  // additive unknowns in the largest bases, then pairs_
};

}  // namespace

absl::StatusOr<LinearFit> FitLinearParts(const FitRows& rows,
                                         const FitOptions& options,
                                         std::span<const BasisSpec> previous,
                                         const Executor& executor,
                                         Interrupter& interrupter) {
  const Index room =
      1 + rows.UnknownBudget(options.rows_per_unknown) / rows.dimension();
  const Index largest =
      std::min(options.additive_basis_size, std::max(kLeastAdditiveSize, room));
  return LinearFitter(rows, options, largest, previous, executor, interrupter)
      .Run();
}

}  // namespace ttflow
