#include "core/density/squared_train_als.h"

#include <Eigen/Cholesky>
#include <array>
#include <limits>
#include <utility>

#include "core/foundation/status_macros.h"
#include "core/tensor_train/orthogonalize.h"
#include "core/tensor_train/partial_contractions.h"

namespace ttflow {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Least improvement of the held-out criterion at one core.
constexpr double kLeastCoreGain = 1e-4;
// A sweep that gains less than this share of options.min_gain is the last.
constexpr double kLeastSweepGain = 0.3;
// Relative to the largest eigenvalue of a core's normal matrix; 1 is nearly "no
// change".
constexpr std::array<double, 6> kRidges = {1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1};
constexpr Index kPanelRows = 512;

// l (x) basis (x) r, the columns in the order of the core's storage.
Matrix Design(const ConstMatrixRef& left,
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

// By power iteration, from below; a ridge needs no more.
double LargestEigenvalue(const Matrix& gram) {
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

}  // namespace

SquaredTrainAls::SquaredTrainAls(const std::vector<CellBasis>& bases,
                                 const SquaredTrainRows& rows,
                                 const SquaredTrainOptions& options,
                                 const Executor& executor,
                                 Interrupter& interrupter)
    : bases_(bases),
      rows_(rows),
      options_(options),
      executor_(executor),
      interrupter_(interrupter) {}

absl::StatusOr<SquaredTrainIterate> SquaredTrainAls::Fit(
    TensorTrain train, FirstSweep first_sweep) const {
  const auto d = static_cast<Index>(train.cores.size());
  const Index n = rows_.size();
  const Index heldout = rows_.num_heldout();
  Orthogonalize(train, 0);
  Vector value = Values(train);
  // The best multiple of the start.
  const Vector scaled = value.head(rows_.num_training)
                            .cwiseProduct(rows_.scale.head(rows_.num_training));
  const double factor = rows_.target.head(rows_.num_training).dot(scaled) /
                        (scaled.squaredNorm() + 1e-300);
  train.cores[0].unfolding *= factor;
  value *= factor;
  SquaredTrainIterate best = {
      train,
      PredictHeldOut(rows_,
                     options_.defensive_weight,
                     value.tail(heldout),
                     train.cores[0].unfolding.squaredNorm())};
  for (int sweep = 0; sweep < options_.num_sweeps; ++sweep) {
    const double before = best.criterion;
    std::vector<Matrix> right(d + 1);
    right[d] = Matrix::Ones(n, 1);
    for (Index k = d - 1; k > 0; --k)
      right[k] = Contract(train, k, right[k + 1], false);
    Matrix left = Matrix::Ones(n, 1);
    for (Index k = 0; k < d; ++k) {
      TTFLOW_RETURN_IF_ERROR(interrupter_.Check());
      const bool must_move = sweep == 0 && first_sweep == FirstSweep::kMustMove;
      const double criterion =
          SolveCore(k, left, right[k + 1], must_move, train.cores[k]);
      if (!(criterion > -kInfinity)) return best;
      if (criterion > best.criterion) best = {train, criterion};
      if (k + 1 < d) {
        OrthogonalizeLeft(train, k);
        left = Contract(train, k, left, true);
      }
      right[k + 1].resize(0, 0);
    }
    Orthogonalize(train, 0);
    if (best.criterion - before < kLeastSweepGain * options_.min_gain) break;
  }
  return best;
}

Matrix SquaredTrainAls::Contract(const TensorTrain& train,
                                 Index k,
                                 const Matrix& state,
                                 bool to_the_right) const {
  const TrainCore& core = train.cores[k];
  Matrix next(rows_.size(), to_the_right ? core.right_rank : core.left_rank);
  executor_.ForBlocks(
      rows_.size(),
      [&](Index begin, Index end) {
        const Matrix basis = GatherValues(rows_, bases_[k], k, begin, end);
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

Vector SquaredTrainAls::Values(const TensorTrain& train) const {
  Matrix state = Matrix::Ones(rows_.size(), 1);
  for (Index k = 0; k < train.dimension(); ++k) {
    state = Contract(train, k, state, true);
  }
  return state.col(0);
}

void SquaredTrainAls::NormalEquations(Index k,
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
        const Matrix design = Design(
            scaled_left, GatherValues(rows_, bases_[k], k, begin, end), r);
        sum.selfadjointView<Eigen::Lower>().rankUpdate(design.transpose());
        sides[panel] = design.transpose() *
                       (rows_.target.segment(begin, rows) - design * present);
        if (options_.gradient_weight > 0) {
          const Matrix slopes = Design(
              scaled_left, GatherSlopes(rows_, bases_[k], k, begin, end), r);
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

double SquaredTrainAls::SolveCore(Index k,
                                  const Matrix& left,
                                  const Matrix& right,
                                  bool must_move,
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
  const Index heldout = rows_.num_heldout();
  Matrix values(heldout, candidates.cols());
  executor_.ForBlocks(
      heldout,
      [&](Index begin, Index end) {
        const Index first = rows_.num_training + begin;
        const Index rows = end - begin;
        values.middleRows(begin, rows) =
            Design(left.middleRows(first, rows),
                   GatherValues(rows_, bases_[k], k, first, first + rows),
                   right.middleRows(first, rows)) *
            candidates;
      },
      kPanelRows);
  double best = -kInfinity;
  Index chosen = 0;
  const Index first = must_move ? 1 : 0;
  for (Index j = first; j < candidates.cols(); ++j) {
    const double criterion = PredictHeldOut(rows_,
                                            options_.defensive_weight,
                                            values.col(j),
                                            candidates.col(j).squaredNorm());
    if (j == first || criterion > best + kLeastCoreGain) {
      best = criterion;
      chosen = j;
    }
  }
  core.unfolding = Eigen::Map<const Matrix>(candidates.col(chosen).data(),
                                            core.unfolding.rows(),
                                            core.unfolding.cols());
  return best;
}

}  // namespace ttflow
