#include "core/density/squared_train.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/density/cell_basis.h"
#include "core/foundation/check.h"
#include "core/math/log_sum_exp.h"
#include "core/tensor_train/evaluate.h"
#include "core/tensor_train/partial_contractions.h"

namespace ttflow {
namespace {

// The core as a matrix [r_left, m r_right], column j + m b.
Eigen::Map<const Matrix> CoreByLeft(const TrainCore& core) {
  return {core.unfolding.data(), core.left_rank, core.size * core.right_rank};
}

bool IsConstantFunction(const TrainCore& core) {
  if (core.left_rank != 1 || core.right_rank != 1) return false;
  for (Index j = 1; j < core.size; ++j) {
    if (core.unfolding(j, 0) != 0) return false;
  }
  return true;
}

// Rows [begin, end) of u located in all marginals, and what they need.
struct LocatedBlock {
  Vector log_product;                            // log q, [n]
  std::vector<std::vector<CellPosition>> place;  // [d][n]
};

LocatedBlock LocateBlock(const std::vector<Marginal>& marginals,
                         const ConstMatrixRef& u,
                         Index begin,
                         Index end) {
  LocatedBlock block;
  block.log_product = Vector::Zero(end - begin);
  block.place.resize(marginals.size());
  for (std::size_t k = 0; k < marginals.size(); ++k) {
    block.place[k].resize(end - begin);
    for (Index i = begin; i < end; ++i) {
      const CellPosition place =
          marginals[k].Locate(u(i, static_cast<Index>(k)));
      block.place[k][i - begin] = place;
      block.log_product[i - begin] += marginals[k].LogDensity(place);
    }
  }
  return block;
}

// Functions (or their derivatives) of a coordinate at the places, [n, m].
Matrix Gather(const Matrix& by_cell, const std::vector<CellPosition>& place) {
  Matrix values(static_cast<Index>(place.size()), by_cell.rows());
  for (Index i = 0; i < values.rows(); ++i) {
    values.row(i) = by_cell.col(place[i].cell).transpose();
  }
  return values;
}

void NormalizeColumns(Matrix& columns) {
  for (Index i = 0; i < columns.cols(); ++i) {
    const double norm = columns.col(i).norm();
    if (norm > 0) columns.col(i) /= norm;
  }
}

}  // namespace

SquaredTrainDensity::SquaredTrainDensity(SquaredTrainParameters parameters)
    : parameters_(std::move(parameters)),
      log_determinant_(parameters_.coordinates.LogDeterminant()) {
  const Index d = dimension();
  TTFLOW_CHECK(d > 0 && parameters_.train.dimension() == d &&
               parameters_.lower.size() == d && parameters_.upper.size() == d &&
               parameters_.wide_mean.size() == d &&
               parameters_.wide_scale.size() == d);
  TTFLOW_CHECK(parameters_.defensive_weight > 0 &&
               parameters_.defensive_weight < 1);
  bases_.reserve(d);
  for (Index k = 0; k < d; ++k) {
    bases_.push_back(MakeCellBasis(parameters_.marginals[k],
                                   parameters_.lower[k],
                                   parameters_.upper[k],
                                   parameters_.basis_size));
    TTFLOW_CHECK(parameters_.train.cores[k].size == bases_[k].size());
    trivial_.push_back(IsConstantFunction(parameters_.train.cores[k]));
  }
}

Matrix SquaredTrainDensity::Sample(Index count,
                                   const RandomKey& key,
                                   const Executor& executor,
                                   Index first) const {
  const Index d = dimension();
  Matrix u(count, d);
  executor.ForBlocks(count, [&](Index begin, Index end) {
    const Index rows = end - begin;
    std::vector<RandomStream> streams;
    std::vector<double> component(rows);
    for (Index i = 0; i < rows; ++i) {
      streams.push_back(key.Stream(
          Purpose::kBase, 0, static_cast<std::uint64_t>(first + begin + i)));
      component[i] = streams[i].Uniform() / parameters_.defensive_weight;
    }
    Matrix left = Matrix::Ones(1, rows);  // column i: left contraction of row i
    for (Index k = 0; k < d; ++k) {
      const Marginal& marginal = parameters_.marginals[k];
      const TrainCore& core = parameters_.train.cores[k];
      const CellBasis& basis = bases_[k];
      Matrix combinations;
      Matrix next;
      if (!trivial_[k]) {
        combinations = CoreByLeft(core).transpose() * left;
        next.resize(core.right_rank, rows);
      }
      for (Index i = 0; i < rows; ++i) {
        const double p = streams[i].Uniform();
        const double within = streams[i].Uniform();
        double& value = u(begin + i, k);
        if (!trivial_[k]) {
          const Eigen::Map<const Matrix> combination(
              combinations.col(i).data(), core.size, core.right_rank);
          const Index cell = CellDraw(basis, combination, nullptr).Draw(p);
          value = marginal.QuantileInCell(cell, within);
          next.col(i) = combination.transpose() * basis.values.col(cell);
        }
        // The product's own draws: a trivial core and half the defensive part.
        if (trivial_[k] || component[i] < 0.5) value = marginal.Quantile(p);
        if (component[i] >= 0.5 && component[i] < 1) {
          value = parameters_.wide_mean[k] +
                  parameters_.wide_scale[k] * streams[i].Normal();
        }
      }
      if (!trivial_[k]) {
        NormalizeColumns(next);
        left = std::move(next);
      }
    }
  });
  return parameters_.coordinates.ToGlobal(u);
}

void SquaredTrainDensity::LogDensity(const ConstMatrixRef& x,
                                     const Executor& executor,
                                     Vector& log_density,
                                     Matrix* score) const {
  const Index d = dimension();
  const Matrix u = parameters_.coordinates.ToLocal(x);
  log_density.resize(x.rows());
  Matrix local_score;
  if (score != nullptr) local_score.resize(x.rows(), d);
  const double eps = parameters_.defensive_weight;
  const bool product =
      std::all_of(trivial_.begin(), trivial_.end(), [](bool t) { return t; });
  executor.ForBlocks(x.rows(), [&](Index begin, Index end) {
    const Index rows = end - begin;
    const LocatedBlock block =
        LocateBlock(parameters_.marginals, u, begin, end);
    Vector value = Vector::Ones(rows);
    Matrix gradient;
    if (!product) {
      BasisTable table;
      for (Index k = 0; k < d; ++k) {
        table.values.push_back(Gather(bases_[k].values, block.place[k]));
        if (score != nullptr) {
          table.first.push_back(Gather(bases_[k].derivative, block.place[k]));
        }
      }
      EvaluateTrainDerivatives(parameters_.train,
                               table,
                               &value,
                               score != nullptr ? &gradient : nullptr,
                               nullptr);
    }
    for (Index i = 0; i < rows; ++i) {
      double log_wide =
          std::log(0.5 * eps) -
          0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
      for (Index k = 0; k < d; ++k) {
        const double z = (u(begin + i, k) - parameters_.wide_mean[k]) /
                         parameters_.wide_scale[k];
        log_wide -= 0.5 * z * z + std::log(parameters_.wide_scale[k]);
      }
      const double square = (1 - eps) * value[i] * value[i];
      const double log_narrow =
          block.log_product[i] + std::log(square + 0.5 * eps);
      const double log_total = LogAddExp(log_narrow, log_wide);
      log_density[begin + i] = log_total - log_determinant_;
      if (score == nullptr) continue;
      const double narrow_share = std::exp(log_narrow - log_total);
      for (Index k = 0; k < d; ++k) {
        double slope = parameters_.marginals[k].Score(block.place[k][i]);
        if (!product) {
          slope +=
              2 * (1 - eps) * value[i] * gradient(i, k) / (square + 0.5 * eps);
        }
        const double wide_slope =
            -(u(begin + i, k) - parameters_.wide_mean[k]) /
            (parameters_.wide_scale[k] * parameters_.wide_scale[k]);
        local_score(begin + i, k) =
            narrow_share * slope + (1 - narrow_share) * wide_slope;
      }
    }
  });
  if (score != nullptr) {
    *score = parameters_.coordinates.GradientToGlobal(local_score);
  }
}

Vector SquaredTrainDensity::LogSquare(const ConstMatrixRef& u,
                                      const Executor& executor) const {
  Vector log_square(u.rows());
  executor.ForBlocks(u.rows(), [&](Index begin, Index end) {
    const LocatedBlock block =
        LocateBlock(parameters_.marginals, u, begin, end);
    BasisTable table;
    for (Index k = 0; k < dimension(); ++k) {
      table.values.push_back(Gather(bases_[k].values, block.place[k]));
    }
    const Vector value = EvaluateTrain(parameters_.train, table);
    log_square.segment(begin, end - begin) =
        block.log_product + value.cwiseAbs2().array().log().matrix();
  });
  return log_square;
}

Matrix SquaredTrainDensity::RedrawBlock(const ConstMatrixRef& u,
                                        Index begin,
                                        Index end,
                                        const RandomKey& key,
                                        std::uint32_t index,
                                        const Executor& executor) const {
  const Index d = dimension();
  TTFLOW_CHECK(0 <= begin && begin < end && end <= d);
  Matrix drawn = u;
  executor.ForBlocks(u.rows(), [&](Index first, Index last) {
    const Index rows = last - first;
    const LocatedBlock block =
        LocateBlock(parameters_.marginals, u, first, last);
    const auto& cores = parameters_.train.cores;
    Matrix left = Matrix::Ones(rows, 1);
    for (Index k = 0; k < begin; ++k) {
      Matrix next(rows, cores[k].right_rank);
      ExtendLeft(
          cores[k], Gather(bases_[k].values, block.place[k]), left, next);
      left = next.rowwise().normalized();
    }
    Matrix right = Matrix::Ones(rows, 1);
    for (Index k = d - 1; k >= end; --k) {
      Matrix next(rows, cores[k].left_rank);
      ExtendRight(
          cores[k], Gather(bases_[k].values, block.place[k]), right, next);
      right = next.rowwise().normalized();
    }
    std::vector<Matrix> environment(end - begin);  // [k - begin]: right of k
    for (Index i = 0; i < rows; ++i) {
      RandomStream stream = key.Stream(
          Purpose::kMove, index, static_cast<std::uint64_t>(first + i));
      environment[end - 1 - begin] = right.row(i).transpose() * right.row(i);
      for (Index k = end - 1; k > begin; --k) {
        const TrainCore& core = cores[k];
        Matrix sum = Matrix::Zero(core.left_rank, core.left_rank);
        for (Index j = 0; j < core.size; ++j) {
          sum.noalias() += core.slice(j) * environment[k - begin] *
                           core.slice(j).transpose();
        }
        environment[k - 1 - begin] = std::move(sum);
      }
      Vector state = left.row(i).transpose();
      for (Index k = begin; k < end; ++k) {
        const TrainCore& core = cores[k];
        const Vector flat = CoreByLeft(core).transpose() * state;
        const Eigen::Map<const Matrix> combination(
            flat.data(), core.size, core.right_rank);
        const Index cell =
            CellDraw(bases_[k], combination, &environment[k - begin])
                .Draw(stream.Uniform());
        drawn(first + i, k) =
            parameters_.marginals[k].QuantileInCell(cell, stream.Uniform());
        state = combination.transpose() * bases_[k].values.col(cell);
        const double norm = state.norm();
        if (norm > 0) state /= norm;
      }
    }
  });
  return drawn;
}

}  // namespace ttflow
