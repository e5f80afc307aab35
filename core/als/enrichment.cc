#include "core/als/enrichment.h"

#include <Eigen/SVD>
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/als/sliced_loop.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// Random columns beyond those that are wanted, as usual for a range finder.
constexpr Index kOversampling = 4;

// The ranks after growth by `increment`, none below its present value and none
// above what the cores on either side can fill.
std::vector<Index> GrownRanks(const TensorTrain& train,
                              Index increment,
                              Index max_rank) {
  TTFLOW_CHECK(increment >= 0 && max_rank >= 0);
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

// The train in cores of the shapes of `ranks`, zero where they are larger.
TensorTrain Padded(const TensorTrain& train, const std::vector<Index>& ranks) {
  TensorTrain grown;
  for (Index k = 0; k < train.dimension(); ++k) {
    const TrainCore& old = train.cores[k];
    TrainCore core{ranks[k],
                   old.size,
                   ranks[k + 1],
                   Matrix::Zero(ranks[k] * old.size, ranks[k + 1])};
    for (Index j = 0; j < core.size; ++j) {
      core.slice(j).topLeftCorner(old.left_rank, old.right_rank) = old.slice(j);
    }
    grown.cores.push_back(std::move(core));
  }
  return grown;
}

RandomStream StreamOfCore(const RandomKey& key, std::uint32_t index, Index k) {
  return key.Stream(Purpose::kFit, index + static_cast<std::uint32_t>(k), 0);
}

// weights * (rhs - prediction) on the training rows, zero elsewhere.
Vector WeightedResidual(const AlsProblem& problem,
                        std::span<const RowRole> roles,
                        const Vector& prediction,
                        bool profile_constant) {
  const Vector& weights = problem.weights();
  Vector residual = Vector::Zero(problem.num_rows());
  double weight = 0, sum = 0;
  const auto trains = [&](Index i) {
    return roles[i] == RowRole::kTraining && weights[i] > 0;
  };
  for (Index i = 0; i < problem.num_rows(); ++i) {
    if (!trains(i)) continue;
    residual[i] = problem.rhs()[i] - prediction[i];
    weight += weights[i];
    sum += weights[i] * residual[i];
  }
  const double mean = profile_constant && weight > 0 ? sum / weight : 0;
  for (Index i = 0; i < problem.num_rows(); ++i) {
    if (trains(i)) residual[i] = weights[i] * (residual[i] - mean);
  }
  return residual;
}

// Random cores k - 1 that stand in for all directions a new row of core k can
// be reached from; none for k = 0 and where the bond does not grow.
std::vector<std::optional<TrainCore>> RandomColumns(
    const TensorTrain& train,
    const std::vector<Index>& ranks,
    const RandomKey& key,
    std::uint32_t index) {
  std::vector<std::optional<TrainCore>> columns(train.cores.size());
  for (Index k = 1; k < train.dimension(); ++k) {
    const TrainCore& before = train.cores[k - 1];
    const Index growth = ranks[k] - train.cores[k].left_rank;
    if (growth == 0) continue;
    const Index count =
        std::min(growth + kOversampling, before.unfolding.rows());
    TrainCore core{before.left_rank,
                   before.size,
                   count,
                   Matrix(before.unfolding.rows(), count)};
    RandomStream stream = StreamOfCore(key, index, k);
    for (double& entry : core.unfolding.reshaped()) entry = stream.Normal();
    columns[k] = std::move(core);
  }
  return columns;
}

// Adds, for every core k behind random columns, the products of the rows
// [begin, end) of its local system with the residual: the gradient [count m_k
// r_k, 1] in the order of FillLocalSystem.
void AddGradients(const AlsProblem& problem,
                  const TensorTrain& train,
                  const std::vector<std::optional<TrainCore>>& columns,
                  const Vector& residual,
                  Index begin,
                  Index end,
                  std::vector<Vector>& gradients) {
  const Index d = train.dimension(), n = end - begin;
  const Index components = problem.num_components();
  std::vector<Matrix> right(d + 1);
  right[d] = InitialState(n, components);
  for (Index k = d - 1; k >= 2; --k) {
    right[k].resize(n, components * train.cores[k].left_rank);
    problem.ExtendRight(k, train.cores[k], begin, end, right[k + 1], right[k]);
  }
  Matrix left = InitialState(n, components), next, design;
  for (Index k = 1; k < d; ++k) {
    if (columns[k].has_value()) {
      const TrainCore& column = *columns[k];
      next.resize(n, components * column.right_rank);
      problem.ExtendLeft(k - 1, column, begin, end, left, next);
      design.resize(
          n,
          column.right_rank * train.cores[k].size * train.cores[k].right_rank);
      problem.FillLocalSystem(k, begin, end, next, right[k + 1], design);
      gradients[k] = design.transpose() * residual.segment(begin, n);
    }
    next.resize(n, components * train.cores[k - 1].right_rank);
    problem.ExtendLeft(k - 1, train.cores[k - 1], begin, end, left, next);
    left.swap(next);
  }
}

double RowOperations(const AlsProblem& problem,
                     const TensorTrain& train,
                     const std::vector<std::optional<TrainCore>>& columns) {
  double operations = 1;
  for (Index k = 0; k < train.dimension(); ++k) {
    const TrainCore& core = train.cores[k];
    const Index count = columns[k].has_value() ? columns[k]->right_rank : 0;
    operations += static_cast<double>(
        problem.num_components() *
        (2 * core.unfolding.size() + count * core.size * core.right_rank));
  }
  return operations;
}

}  // namespace

TensorTrain Enrich(const TensorTrain& train,
                   Index increment,
                   Index max_rank,
                   const RandomKey& key,
                   std::uint32_t index) {
  TensorTrain grown = Padded(train, GrownRanks(train, increment, max_rank));
  for (Index k = 0; k < train.dimension(); ++k) {
    TrainCore& core = grown.cores[k];
    const Index present = train.cores[k].left_rank;
    RandomStream stream = StreamOfCore(key, index, k);
    for (Index j = 0; j < core.size; ++j) {
      auto slice = core.slice(j);
      for (Index b = 0; b < core.right_rank; ++b) {
        for (Index a = present; a < core.left_rank; ++a) {
          slice(a, b) = stream.Normal();
        }
      }
    }
  }
  return grown;
}

absl::StatusOr<TensorTrain> EnrichByResidual(const AlsProblem& problem,
                                             std::span<const RowRole> roles,
                                             const TensorTrain& train,
                                             const Vector& prediction,
                                             bool profile_constant,
                                             Index increment,
                                             Index max_rank,
                                             const RandomKey& key,
                                             std::uint32_t index,
                                             const Executor& executor,
                                             Interrupter& interrupter) {
  const std::vector<Index> ranks = GrownRanks(train, increment, max_rank);
  const std::vector<std::optional<TrainCore>> columns =
      RandomColumns(train, ranks, key, index);
  const Vector residual =
      WeightedResidual(problem, roles, prediction, profile_constant);
  const Index num_blocks =
      (problem.num_rows() + Executor::kBlockRows - 1) / Executor::kBlockRows;
  std::vector<std::vector<Vector>> blocks(
      num_blocks, std::vector<Vector>(train.cores.size()));
  TTFLOW_RETURN_IF_ERROR(
      ForBlocksSliced(problem.num_rows(),
                      RowOperations(problem, train, columns),
                      executor,
                      interrupter,
                      [&](Index begin, Index end) {
                        AddGradients(problem,
                                     train,
                                     columns,
                                     residual,
                                     begin,
                                     end,
                                     blocks[begin / Executor::kBlockRows]);
                      }));
  TensorTrain grown = Padded(train, ranks);
  for (Index k = 1; k < train.dimension(); ++k) {
    if (!columns[k].has_value()) continue;
    const TrainCore& old = train.cores[k];
    const Index count = columns[k]->right_rank;
    Vector sum = Vector::Zero(count * old.size * old.right_rank);
    for (const std::vector<Vector>& block : blocks) sum += block[k];
    // [count, m_k r_k]: what each random column would have core k be.
    const Matrix gradient = sum.reshaped(count, old.size * old.right_rank);
    if (!gradient.allFinite()) continue;
    const Matrix directions =
        Eigen::BDCSVD<Matrix>(gradient, Eigen::ComputeThinV).matrixV();
    TrainCore& core = grown.cores[k];
    const Index growth =
        std::min(core.left_rank - old.left_rank, directions.cols());
    for (Index a = 0; a < growth; ++a) {
      for (Index b = 0; b < old.right_rank; ++b) {
        for (Index j = 0; j < core.size; ++j) {
          core.slice(j)(old.left_rank + a, b) =
              directions(j + core.size * b, a);
        }
      }
    }
  }
  return grown;
}

}  // namespace ttflow
