#include "core/density/squared_train_starts.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/density/marginal.h"
#include "core/tensor_train/orthogonalize.h"
#include "core/tensor_train/round.h"

namespace ttflow {
namespace {

constexpr double kRoundingTolerance = 1e-3;
// New entries relative to the root mean square of a core's.
constexpr double kNewEntry = 0.05;
// A carried train of a smaller norm has lost the density.
constexpr double kLeastNorm = 1e-6;

}  // namespace

TensorTrain GrowRanks(const TensorTrain& train,
                      Index max_rank,
                      const RandomKey& key,
                      std::uint32_t growth) {
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
    grown[k] = static_cast<Index>(std::min({static_cast<double>(max_rank),
                                            static_cast<double>(rank[k] + 1),
                                            fill,
                                            fill_right}));
    grown[k] = std::max(grown[k], rank[k]);
  }
  TensorTrain result;
  for (Index k = 0; k < d; ++k) {
    const TrainCore& core = train.cores[k];
    TrainCore larger{grown[k], core.size, grown[k + 1], {}};
    larger.unfolding.resize(larger.left_rank * larger.size, larger.right_rank);
    const double size = kNewEntry * core.unfolding.norm() /
                        std::sqrt(static_cast<double>(core.unfolding.size()));
    RandomStream stream = key.Stream(
        Purpose::kFit, (growth + 1) * 4096 + static_cast<std::uint32_t>(k), 0);
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

std::optional<TensorTrain> CarryOver(const SquaredTrainDensity& previous,
                                     const SquaredTrainDensity& product,
                                     Index max_rank) {
  TensorTrain train = previous.parameters().train;
  if (train.cores.size() != product.parameters().marginals.size())
    return std::nullopt;
  for (Index k = 0; k < train.dimension(); ++k) {
    const Marginal& from = previous.parameters().marginals[k];
    const Marginal& to = product.parameters().marginals[k];
    const Matrix& old_values = previous.bases()[k].values;
    const Matrix& new_values = product.bases()[k].values;
    Matrix projection = Matrix::Zero(new_values.rows(), old_values.rows());
    for (Index j = 0; j < to.num_cells(); ++j) {
      const double u = to.lower() + to.width() * (static_cast<double>(j) + 0.5);
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
  Round(train, kRoundingTolerance, max_rank);
  for (const TrainCore& core : train.cores) {
    if (!core.unfolding.allFinite()) return std::nullopt;
  }
  if (!(Orthogonalize(train, 0) > kLeastNorm)) return std::nullopt;
  return train;
}

}  // namespace ttflow
