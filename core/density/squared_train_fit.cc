#include "core/density/squared_train_fit.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/density/held_out.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/math/weighted_moments.h"
#include "core/tensor_train/orthogonalize.h"
#include "core/tensor_train/partial_contractions.h"
#include "core/tensor_train/round.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHeldOutShare = 0.25;
// A product that is predicted to reach this needs no train.
constexpr double kGoodEnough = -0.03;
// Least improvement of the held-out criterion at one core.
constexpr double kLeastCoreGain = 1e-4;
// Relative to the largest eigenvalue of a core's normal matrix; 1 is nearly "no
// change".
constexpr std::array<double, 6> kRidges = {1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1};
// Rows whose scale is beyond this quantile are capped: outliers in p/q.
constexpr double kScaleQuantile = 0.998;
constexpr double kRoundingTolerance = 1e-3;
constexpr double kWideScale = 1.5;
constexpr Index kPanelRows = 512;

double Median(Vector values) {
  const Index middle = values.size() / 2;
  std::nth_element(
      values.data(), values.data() + middle, values.data() + values.size());
  return values[middle];
}

// The points in the order training, held out, with what every row needs.
struct Rows {
  Index num_training = 0;
  std::vector<std::vector<Index>> cell;  // [d][N]
  Vector scale;                          // r [N]
  Vector target;                         // sqrt(W) [N]
  Vector heldout_weights;                // [N - num_training]
  Vector heldout_log_ratio;              // log p/q there
  Matrix half_slope;      // (d_k log q + d_k f) / 2, training rows [Nt, d]
  Matrix gradient_scale;  // c_ik sqrt(gradient_weight) [Nt, d]

  Index size() const { return scale.size(); }
};

// Fits with the tables of one set of marginals.
class Fitter {
 public:
  Fitter(SquaredTrainParameters product,
         const DensityProblem& problem,
         const SquaredTrainOptions& options,
         const RandomKey& key,
         const Executor& executor,
         Interrupter& interrupter)
      : product_(product),
        options_(options),
        key_(key),
        executor_(executor),
        interrupter_(interrupter),
        density_(std::move(product)) {
    MakeRows(problem);
  }

  absl::StatusOr<SquaredTrainFit> Fit(const SquaredTrainDensity* previous) {
    const TensorTrain one = product_.train;
    SquaredTrainFit fit;
    fit.product_log_ess =
        rows_.heldout_weights.sum() > 0
            ? Criterion(Vector::Ones(rows_.size() - rows_.num_training), 1)
            : -kInfinity;
    Iterate best = {one, fit.product_log_ess};
    if (fit.product_log_ess < kGoodEnough && rows_.num_training > 0 &&
        rows_.heldout_weights.sum() > 0) {
      TTFLOW_RETURN_IF_ERROR(Search(previous, one, best));
    }
    fit.parameters = product_;
    fit.predicted_log_ess = best.criterion;
    if (best.criterion >= fit.product_log_ess + options_.min_gain) {
      fit.parameters.train = Normalized(std::move(best.train));
    } else {
      fit.predicted_log_ess = fit.product_log_ess;
    }
    return fit;
  }

 private:
  struct Iterate {
    TensorTrain train;
    double criterion = 0;
  };

  absl::Status Search(const SquaredTrainDensity* previous,
                      const TensorTrain& one,
                      Iterate& best) {
    bool warm = false;
    if (previous != nullptr && previous->max_rank() > 1) {
      std::optional<TensorTrain> start = CarryOver(*previous);
      if (start.has_value()) {
        warm = true;
        TTFLOW_ASSIGN_OR_RETURN(Iterate iterate, Alternate(*std::move(start)));
        if (iterate.criterion > best.criterion) best = std::move(iterate);
      }
    }
    TTFLOW_ASSIGN_OR_RETURN(Iterate fresh, Alternate(one));
    if (fresh.criterion > best.criterion + (warm ? options_.min_gain : 0)) {
      best = std::move(fresh);
    }
    for (int growth = 0; growth < options_.max_growths; ++growth) {
      if (LargestRank(best.train) >= options_.max_rank ||
          best.criterion > options_.good_enough ||
          product_.marginals.size() == 1) {
        break;
      }
      TTFLOW_ASSIGN_OR_RETURN(
          Iterate grown,
          Alternate(Grow(best.train, static_cast<std::uint32_t>(growth))));
      if (grown.criterion <= best.criterion + options_.min_gain) break;
      best = std::move(grown);
    }
    return absl::OkStatus();
  }

  void MakeRows(const DensityProblem& problem) {
    const Index n = problem.position.rows();
    const Index d = problem.position.cols();
    // log q of every point, and its cells.
    Vector log_product = Vector::Zero(n);
    std::vector<std::vector<Index>> cell(d, std::vector<Index>(n));
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = product_.marginals[k];
      for (Index i = 0; i < n; ++i) {
        const CellPosition place = marginal.Locate(problem.position(i, k));
        cell[k][i] = place.cell;
        log_product[i] += marginal.LogDensity(place);
      }
    }
    const std::vector<bool> held_out =
        ChooseHeldOut(problem.log_target,
                      kHeldOutShare,
                      key_.Stream(Purpose::kFit, 1 << 20, 0));
    std::vector<Index> order;
    for (const bool want : {false, true}) {
      for (Index i = 0; i < n; ++i) {
        if (held_out[i] == want && problem.weights[i] > 0 &&
            std::isfinite(log_product[i]) &&
            std::isfinite(problem.log_target[i])) {
          order.push_back(i);
        }
      }
      if (!want) rows_.num_training = static_cast<Index>(order.size());
    }
    const auto kept = static_cast<Index>(order.size());
    const Index training = rows_.num_training;
    rows_.cell.assign(d, std::vector<Index>(kept));
    rows_.target.resize(kept);
    Vector log_scale(kept);
    Vector log_ratio(kept);
    std::vector<double> typical;
    for (Index i = 0; i < kept; ++i) {
      const Index from = order[i];
      for (Index k = 0; k < d; ++k) rows_.cell[k][i] = cell[k][from];
      rows_.target[i] = std::sqrt(problem.weights[from]);
      log_ratio[i] = problem.log_target[from] - log_product[from];
      log_scale[i] = 0.5 * (std::log(problem.weights[from]) - log_ratio[i]);
      if (problem.weights[from] > 1e-3 / static_cast<double>(n)) {
        typical.push_back(log_scale[i]);
      }
    }
    if (typical.empty()) {
      rows_.num_training = 0;
      rows_.scale.resize(kept);
      rows_.heldout_weights = Vector::Zero(kept - training);
      return;
    }
    const double median = Median(Eigen::Map<const Vector>(
        typical.data(), static_cast<Index>(typical.size())));
    rows_.scale = (log_scale.array() - median).min(12.0).exp();
    Vector sorted = rows_.scale;
    std::sort(sorted.data(), sorted.data() + kept);
    rows_.scale = rows_.scale.cwiseMin(sorted[static_cast<Index>(
        kScaleQuantile * static_cast<double>(kept - 1))]);
    rows_.scale *= rows_.target.dot(rows_.scale) / rows_.scale.squaredNorm();
    rows_.heldout_weights = rows_.target.tail(kept - training).cwiseAbs2();
    rows_.heldout_log_ratio = log_ratio.tail(kept - training);
    if (options_.gradient_weight > 0) MakeGradientRows(problem, order);
  }

  void MakeGradientRows(const DensityProblem& problem,
                        const std::vector<Index>& order) {
    const Index d = problem.position.cols();
    rows_.half_slope.resize(rows_.num_training, d);
    rows_.gradient_scale.resize(rows_.num_training, d);
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = product_.marginals[k];
      // The wide part's scale is kWideScale standard deviations.
      const double deviation = product_.wide_scale[k] / kWideScale;
      for (Index i = 0; i < rows_.num_training; ++i) {
        const Index from = order[i];
        const double half =
            0.5 * (marginal.Score(marginal.Locate(problem.position(from, k))) +
                   problem.gradient(from, k));
        rows_.half_slope(i, k) = half;
        rows_.gradient_scale(i, k) = std::sqrt(options_.gradient_weight) *
                                     deviation /
                                     std::hypot(1.0, deviation * half);
      }
    }
  }

  // The held-out criterion of a train with values `value` at the held-out rows
  // and squared norm `square_norm`.
  double Criterion(const ConstVectorRef& value, double square_norm) const {
    const double eps = options_.defensive_weight;
    if (!(square_norm > 0) || !value.allFinite()) return -kInfinity;
    const Vector log_ratio =
        rows_.heldout_log_ratio.array() -
        ((1 - eps) / square_norm * value.array().square() + eps).log();
    return PredictLogEss(log_ratio, rows_.heldout_weights);
  }

  Matrix GatherValues(Index k, Index begin, Index end) const {
    const Matrix& values = density_.bases()[k].values;
    Matrix block(end - begin, values.rows());
    for (Index i = begin; i < end; ++i) {
      block.row(i - begin) = values.col(rows_.cell[k][i]).transpose();
    }
    return block;
  }

  // b' + b (d log q + d f)/2 with its scale: the core's own derivative.
  Matrix GatherGradientRows(Index k, Index begin, Index end) const {
    const CellBasis& basis = density_.bases()[k];
    Matrix block(end - begin, basis.size());
    for (Index i = begin; i < end; ++i) {
      const Index cell = rows_.cell[k][i];
      block.row(i - begin) = rows_.gradient_scale(i, k) *
                             (basis.derivative.col(cell) +
                              rows_.half_slope(i, k) * basis.values.col(cell))
                                 .transpose();
    }
    return block;
  }

  // One alternating fit from a start, ranks fixed; the iterate of the best
  // held-out criterion, the start included.
  absl::StatusOr<Iterate> Alternate(TensorTrain train) {
    const auto d = static_cast<Index>(train.cores.size());
    const Index n = rows_.size();
    const Index heldout = n - rows_.num_training;
    Orthogonalize(train, 0);
    Vector value = Values(train);
    // The best multiple of the start.
    const Vector scaled =
        value.head(rows_.num_training)
            .cwiseProduct(rows_.scale.head(rows_.num_training));
    const double factor = rows_.target.head(rows_.num_training).dot(scaled) /
                          (scaled.squaredNorm() + 1e-300);
    train.cores[0].unfolding *= factor;
    value *= factor;
    Iterate best = {
        train,
        Criterion(value.tail(heldout), train.cores[0].unfolding.squaredNorm())};
    for (int sweep = 0; sweep < options_.num_sweeps; ++sweep) {
      const double before = best.criterion;
      std::vector<Matrix> right(d + 1);
      right[d] = Matrix::Ones(n, 1);
      for (Index k = d - 1; k > 0; --k)
        right[k] = Contract(train, k, right[k + 1], false);
      Matrix left = Matrix::Ones(n, 1);
      for (Index k = 0; k < d; ++k) {
        TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
        const double criterion =
            SolveCore(k, left, right[k + 1], train.cores[k]);
        if (!(criterion > -kInfinity)) return best;
        if (criterion > best.criterion) best = {train, criterion};
        if (k + 1 < d) {
          OrthogonalizeLeft(train, k);
          left = Contract(train, k, left, true);
        }
        right[k + 1].resize(0, 0);
      }
      Orthogonalize(train, 0);
      if (best.criterion - before < 0.3 * options_.min_gain) break;
    }
    return best;
  }

  // The partial contraction of all rows carried over core k.
  Matrix Contract(const TensorTrain& train,
                  Index k,
                  const Matrix& state,
                  bool to_the_right) const {
    const TrainCore& core = train.cores[k];
    Matrix next(rows_.size(), to_the_right ? core.right_rank : core.left_rank);
    executor_.ForBlocks(
        rows_.size(),
        [&](Index begin, Index end) {
          const Matrix basis = GatherValues(k, begin, end);
          const auto in = state.middleRows(begin, end - begin);
          Matrix out(end - begin, next.cols());
          if (to_the_right) {
            ExtendLeft(core, basis, in, out);
          } else {
            ExtendRight(core, basis, in, out);
          }
          next.middleRows(begin, end - begin) = out;
        },
        kPanelRows);
    return next;
  }

  Vector Values(const TensorTrain& train) const {
    Matrix state = Matrix::Ones(rows_.size(), 1);
    for (Index k = 0; k < train.dimension(); ++k) {
      state = Contract(train, k, state, true);
    }
    return state.col(0);
  }

  // l (x) basis (x) r, the columns in the order of the core's storage.
  static Matrix Design(const ConstMatrixRef& left,
                       const ConstMatrixRef& basis,
                       const ConstMatrixRef& right) {
    Matrix inner(left.rows(), left.cols() * basis.cols());
    RowKronecker(left, basis, inner);
    if (right.cols() == 1) {
      inner.array().colwise() *= right.col(0).array();
      return inner;
    }
    Matrix design(left.rows(), inner.cols() * right.cols());
    RowKronecker(inner, right, design);
    return design;
  }

  // Gram matrix and right-hand side of the training rows, proximal about the
  // core's present coefficients.
  void NormalEquations(Index k,
                       const Matrix& left,
                       const Matrix& right,
                       const Vector& present,
                       Matrix& gram,
                       Vector& rhs) const {
    const Index p = present.size();
    const Index training = rows_.num_training;
    const Index num_panels = (training + kPanelRows - 1) / kPanelRows;
    std::vector<Matrix> grams(num_panels);
    std::vector<Vector> sides(num_panels);
    executor_.ForBlocks(
        training,
        [&](Index begin, Index end) {
          const Index rows = end - begin;
          const Index panel = begin / kPanelRows;
          const Matrix scaled_left =
              left.middleRows(begin, rows).array().colwise() *
              rows_.scale.segment(begin, rows).array();
          const auto r = right.middleRows(begin, rows);
          Matrix sum = Matrix::Zero(p, p);
          const Matrix design =
              Design(scaled_left, GatherValues(k, begin, end), r);
          sum.selfadjointView<Eigen::Lower>().rankUpdate(design.transpose());
          sides[panel] = design.transpose() *
                         (rows_.target.segment(begin, rows) - design * present);
          if (options_.gradient_weight > 0) {
            const Matrix slopes =
                Design(scaled_left, GatherGradientRows(k, begin, end), r);
            sum.selfadjointView<Eigen::Lower>().rankUpdate(slopes.transpose());
            sides[panel] -= slopes.transpose() * (slopes * present);
          }
          grams[panel] = std::move(sum);
        },
        kPanelRows);
    gram = Matrix::Zero(p, p);
    rhs = Vector::Zero(p);
    for (Index panel = 0; panel < num_panels; ++panel) {
      gram += grams[panel];
      rhs += sides[panel];
    }
    gram = gram.selfadjointView<Eigen::Lower>();
  }

  // Solves core k on the ridge path and keeps the candidate of the best
  // held-out criterion, no change included; returns that criterion.
  double SolveCore(Index k,
                   const Matrix& left,
                   const Matrix& right,
                   TrainCore& core) const {
    const Vector present =
        Eigen::Map<const Vector>(core.unfolding.data(), core.unfolding.size());
    Matrix gram;
    Vector rhs;
    NormalEquations(k, left, right, present, gram, rhs);
    if (!gram.allFinite() || !rhs.allFinite()) return -kInfinity;
    const double largest = LargestEigenvalue(gram);
    Matrix candidates(present.size(), 1 + static_cast<Index>(kRidges.size()));
    candidates.col(0) = present;
    for (std::size_t j = 0; j < kRidges.size(); ++j) {
      Matrix ridged = gram;
      ridged.diagonal().array() += kRidges[j] * largest + 1e-300;
      const Eigen::LLT<Matrix> cholesky(ridged);
      candidates.col(static_cast<Index>(j) + 1) =
          cholesky.info() == Eigen::Success
              ? Vector(present + cholesky.solve(rhs))
              : present;
    }
    const Index heldout = rows_.size() - rows_.num_training;
    Matrix values(heldout, candidates.cols());
    executor_.ForBlocks(
        heldout,
        [&](Index begin, Index end) {
          const Index first = rows_.num_training + begin;
          const Index rows = end - begin;
          values.middleRows(begin, rows) =
              Design(left.middleRows(first, rows),
                     GatherValues(k, first, first + rows),
                     right.middleRows(first, rows)) *
              candidates;
        },
        kPanelRows);
    double best = -kInfinity;
    Index chosen = 0;
    for (Index j = 0; j < candidates.cols(); ++j) {
      const double criterion =
          Criterion(values.col(j), candidates.col(j).squaredNorm());
      if (j == 0 || criterion > best + kLeastCoreGain) {
        best = criterion;
        chosen = j;
      }
    }
    core.unfolding = Eigen::Map<const Matrix>(candidates.col(chosen).data(),
                                              core.unfolding.rows(),
                                              core.unfolding.cols());
    return best;
  }

  // By power iteration, from below; a ridge needs no more.
  static double LargestEigenvalue(const Matrix& gram) {
    Vector vector = gram.diagonal().cwiseSqrt();
    double value = 0;
    for (int iteration = 0; iteration < 10; ++iteration) {
      const double norm = vector.norm();
      if (!(norm > 0)) return 0;
      vector = gram * (vector / norm);
      value = vector.norm();
    }
    return value;
  }

  static Index LargestRank(const TensorTrain& train) {
    Index largest = 1;
    for (const TrainCore& core : train.cores) {
      largest = std::max(largest, core.right_rank);
    }
    return largest;
  }

  // Every rank one larger where the neighbours can fill it, with small random
  // entries.
  TensorTrain Grow(const TensorTrain& train, std::uint32_t growth) const {
    const Index d = train.dimension();
    std::vector<Index> rank = train.ranks();
    std::vector<Index> grown(d + 1, 1);
    for (Index k = 1; k < d; ++k) {
      double fill = 1;
      double fill_right = 1;
      for (Index j = 0; j < k && fill < 1e6; ++j) {
        fill *= static_cast<double>(train.cores[j].size);
      }
      for (Index j = k; j < d && fill_right < 1e6; ++j) {
        fill_right *= static_cast<double>(train.cores[j].size);
      }
      grown[k] =
          static_cast<Index>(std::min({static_cast<double>(options_.max_rank),
                                       static_cast<double>(rank[k] + 1),
                                       fill,
                                       fill_right}));
      grown[k] = std::max(grown[k], rank[k]);
    }
    TensorTrain result;
    for (Index k = 0; k < d; ++k) {
      const TrainCore& core = train.cores[k];
      TrainCore larger{grown[k], core.size, grown[k + 1], {}};
      larger.unfolding.resize(larger.left_rank * larger.size,
                              larger.right_rank);
      const double size = 0.05 * core.unfolding.norm() /
                          std::sqrt(static_cast<double>(core.unfolding.size()));
      RandomStream stream =
          key_.Stream(Purpose::kFit,
                      (growth + 1) * 4096 + static_cast<std::uint32_t>(k),
                      0);
      for (double& entry : larger.unfolding.reshaped()) {
        entry = size * stream.Normal();
      }
      for (Index j = 0; j < core.size; ++j) {
        larger.slice(j).topLeftCorner(core.left_rank, core.right_rank) +=
            core.slice(j);
      }
      result.cores.push_back(std::move(larger));
    }
    return result;
  }

  // The train of other marginals in the present bases: T sqrt(q_old / q_new),
  // projected. Nothing where that is not finite or vanishes.
  std::optional<TensorTrain> CarryOver(
      const SquaredTrainDensity& previous) const {
    TensorTrain train = previous.parameters().train;
    if (train.cores.size() != product_.marginals.size()) return std::nullopt;
    for (Index k = 0; k < train.dimension(); ++k) {
      const Marginal& from = previous.parameters().marginals[k];
      const Marginal& to = product_.marginals[k];
      const Matrix& old_values = previous.bases()[k].values;
      const Matrix& new_values = density_.bases()[k].values;
      Matrix projection = Matrix::Zero(new_values.rows(), old_values.rows());
      for (Index j = 0; j < to.num_cells(); ++j) {
        const double u =
            to.lower() + to.width() * (static_cast<double>(j) + 0.5);
        const CellPosition place = from.Locate(u);
        if (!place.inside) continue;
        const double log_ratio = std::clamp(
            from.LogDensity(place) - to.LogDensity(to.Locate(u)), -20.0, 6.0);
        projection.noalias() += to.mass()[j] * std::exp(0.5 * log_ratio) *
                                new_values.col(j) *
                                old_values.col(place.cell).transpose();
      }
      TrainCore& core = train.cores[k];
      TrainCore carried{core.left_rank, new_values.rows(), core.right_rank, {}};
      carried.unfolding =
          Matrix::Zero(carried.left_rank * carried.size, carried.right_rank);
      for (Index j = 0; j < core.size; ++j) {
        for (Index i = 0; i < carried.size; ++i) {
          carried.slice(i) += projection(i, j) * core.slice(j);
        }
      }
      core = std::move(carried);
    }
    Round(train, kRoundingTolerance, options_.max_rank);
    for (const TrainCore& core : train.cores) {
      if (!core.unfolding.allFinite()) return std::nullopt;
    }
    if (!(Orthogonalize(train, 0) > 1e-6)) return std::nullopt;
    return train;
  }

  static TensorTrain Normalized(TensorTrain train) {
    const double norm = Orthogonalize(train, 0);
    train.cores[0].unfolding /= norm;
    return train;
  }

  SquaredTrainParameters product_;
  const SquaredTrainOptions& options_;
  const RandomKey& key_;
  const Executor& executor_;
  Interrupter& interrupter_;
  SquaredTrainDensity density_;  // the product: its bases
  Rows rows_;
};

}  // namespace

SquaredTrainParameters MakeProductParameters(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const ConstMatrixRef& position,
    const ConstVectorRef& weights,
    const SquaredTrainOptions& options) {
  const auto d = static_cast<Index>(marginals.size());
  SquaredTrainParameters parameters;
  parameters.coordinates = coordinates;
  parameters.basis_size = options.basis_size;
  parameters.defensive_weight = options.defensive_weight;
  parameters.lower.resize(d);
  parameters.upper.resize(d);
  parameters.wide_mean = WeightedMean(position, weights);
  parameters.wide_scale =
      kWideScale *
      (WeightedVariance(position, weights).cwiseSqrt().array() + 1e-12);
  for (Index k = 0; k < d; ++k) {
    parameters.marginals.push_back(marginals[k].marginal);
    parameters.lower[k] = marginals[k].lower;
    parameters.upper[k] = marginals[k].upper;
    const Index size = MakeCellBasis(marginals[k].marginal,
                                     marginals[k].lower,
                                     marginals[k].upper,
                                     options.basis_size)
                           .size();
    TrainCore core{1, size, 1, Matrix::Zero(size, 1)};
    core.unfolding(0, 0) = 1;
    parameters.train.cores.push_back(std::move(core));
  }
  return parameters;
}

absl::StatusOr<SquaredTrainFit> FitSquaredTrain(
    const Coordinates& coordinates,
    const std::vector<MarginalFit>& marginals,
    const DensityProblem& problem,
    const SquaredTrainDensity* previous,
    const SquaredTrainOptions& options,
    const RandomKey& key,
    const Executor& executor,
    Interrupter& interrupter) {
  return Fitter(MakeProductParameters(coordinates,
                                      marginals,
                                      problem.position,
                                      problem.weights,
                                      options),
                problem,
                options,
                key,
                executor,
                interrupter)
      .Fit(previous);
}

}  // namespace ttflow
