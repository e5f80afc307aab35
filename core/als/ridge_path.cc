#include "core/als/ridge_path.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "core/als/sliced_loop.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// Sums are formed in this many parts of consecutive blocks, a number that
// depends on the problem's size alone; fewer where the matrices are large, and
// where adding them up would cost as much as the rows that a part has.
Index NumParts(Index num_blocks, Index p, int num_groups) {
  constexpr Index kMostParts = 16;
  constexpr Index kFewestParts = 4;
  constexpr Index kMostNumbers = Index{1} << 24;
  const Index affordable =
      kMostNumbers / std::max<Index>(p * p * num_groups, 1);
  const Index worthwhile =
      num_blocks * Executor::kBlockRows / std::max<Index>(2 * p, 1);
  return std::min(
      num_blocks,
      std::clamp(std::min(affordable, worthwhile), kFewestParts, kMostParts));
}

// Buffers of one part.
struct Panel {
  Matrix design;
  Matrix scaled;       // sqrt(w) a of the rows of one group
  Vector root_weight;  // sqrt(w)
  Vector rhs;          // sqrt(w) y
  std::vector<Index> rows;
};

void AddBlock(Index begin,
              Index count,
              const ConstVectorRef& weights,
              const ConstVectorRef& rhs,
              std::span<const std::uint8_t> group,
              Panel& panel,
              std::vector<NormalSums>& sums) {
  for (std::size_t g = 0; g < sums.size(); ++g) {
    panel.rows.clear();
    for (Index i = 0; i < count; ++i) {
      if (group[begin + i] == g && weights[begin + i] > 0) {
        panel.rows.push_back(i);
      }
    }
    const Index n = static_cast<Index>(panel.rows.size());
    if (n == 0) continue;
    for (Index i = 0; i < n; ++i) {
      const Index row = begin + panel.rows[i];
      panel.root_weight[i] = std::sqrt(weights[row]);
      panel.rhs[i] = panel.root_weight[i] * rhs[row];
    }
    const auto root_weight = panel.root_weight.head(n);
    for (Index j = 0; j < panel.design.cols(); ++j) {
      const auto from = panel.design.col(j);
      auto to = panel.scaled.col(j);
      for (Index i = 0; i < n; ++i) {
        to[i] = root_weight[i] * from[panel.rows[i]];
      }
    }
    const auto scaled = panel.scaled.topRows(n);
    const auto y = panel.rhs.head(n);
    NormalSums& sum = sums[g];
    sum.weight += root_weight.squaredNorm();
    sum.row.noalias() += scaled.transpose() * root_weight;
    sum.rhs += y.dot(root_weight);
    sum.gram.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
    sum.cross.noalias() += scaled.transpose() * y;
    sum.rhs_square += y.squaredNorm();
  }
}

}  // namespace

NormalSums NormalSums::Zero(Index p) {
  NormalSums sums;
  sums.row = Vector::Zero(p);
  sums.gram = Matrix::Zero(p, p);
  sums.cross = Vector::Zero(p);
  return sums;
}

NormalSums& NormalSums::operator+=(const NormalSums& other) {
  weight += other.weight;
  row += other.row;
  rhs += other.rhs;
  gram += other.gram;
  cross += other.cross;
  rhs_square += other.rhs_square;
  return *this;
}

NormalSums NormalSums::Centered() const {
  if (!(weight > 0)) return *this;
  NormalSums centered = *this;
  centered.gram.noalias() -= (row / weight) * row.transpose();
  centered.cross -= row * (rhs / weight);
  centered.rhs_square = std::max(0.0, rhs_square - rhs * rhs / weight);
  centered.row.setZero();
  centered.rhs = 0;
  return centered;
}

NormalSums NormalSums::Deflated(const Vector& c) const {
  NormalSums deflated = *this;
  const Vector image = gram * c;
  deflated.rhs -= row.dot(c);
  deflated.cross -= image;
  deflated.rhs_square =
      std::max(0.0, rhs_square - 2 * cross.dot(c) + image.dot(c));
  return deflated;
}

double NormalSums::MeanSquare(const Vector& c) const {
  if (!(weight > 0)) return 0;
  const double sum = rhs_square - 2 * cross.dot(c) + c.dot(gram * c);
  return std::max(0.0, sum / weight);
}

absl::StatusOr<std::vector<NormalSums>> ComputeNormalSums(
    Index p,
    const ConstVectorRef& weights,
    const ConstVectorRef& rhs,
    std::span<const std::uint8_t> group,
    int num_groups,
    FillRows fill,
    const Executor& executor,
    Interrupter& interrupter) {
  const Index n = weights.size();
  TTFLOW_CHECK(rhs.size() == n && static_cast<Index>(group.size()) == n);
  TTFLOW_CHECK(num_groups >= 1);
  const Index num_blocks =
      (n + Executor::kBlockRows - 1) / Executor::kBlockRows;
  const Index num_parts = NumParts(num_blocks, p, num_groups);
  const std::vector<NormalSums> zero(num_groups, NormalSums::Zero(p));
  std::vector<std::vector<NormalSums>> parts(num_parts);
  std::vector<Panel> panels(num_parts);
  const auto first_block = [&](Index part) {
    return part * num_blocks / num_parts;
  };
  std::vector<Index> blocks_of_part(num_parts);
  for (Index part = 0; part < num_parts; ++part) {
    blocks_of_part[part] = first_block(part + 1) - first_block(part);
  }
  const double block_operations = static_cast<double>(Executor::kBlockRows) *
                                  static_cast<double>(p + 1) *
                                  static_cast<double>(p + 40);
  TTFLOW_RETURN_IF_ERROR(ForPanelsSliced(
      blocks_of_part,
      block_operations,
      executor,
      interrupter,
      [&](Index part, Index block) {
        Panel& panel = panels[part];
        if (block == 0) {
          parts[part] = zero;
          const Index largest = std::min(n, Executor::kBlockRows);
          panel.scaled.resize(largest, p);
          panel.root_weight.resize(largest);
          panel.rhs.resize(largest);
        }
        const Index begin = (first_block(part) + block) * Executor::kBlockRows;
        const Index count = std::min(n - begin, Executor::kBlockRows);
        panel.design.resize(count, p);
        fill(begin, begin + count, panel.design);
        AddBlock(begin, count, weights, rhs, group, panel, parts[part]);
      }));
  std::vector<NormalSums> total = zero;
  for (int g = 0; g < num_groups; ++g) {
    for (const std::vector<NormalSums>& part : parts) total[g] += part[g];
    total[g].gram.triangularView<Eigen::StrictlyUpper>() =
        total[g].gram.transpose();
  }
  return total;
}

std::optional<Vector> SolveRidge(const NormalSums& sums,
                                 double ridge,
                                 const Vector& penalty) {
  const Index p = sums.size();
  if (p == 0) return Vector();
  TTFLOW_CHECK(penalty.size() == 0 || penalty.size() == p);
  const double scale = ridge * sums.gram.trace() / static_cast<double>(p);
  Matrix regular = sums.gram;
  if (penalty.size() == 0) {
    regular.diagonal().array() += scale;
  } else {
    regular.diagonal() += scale * penalty;
  }
  const Eigen::LLT<Eigen::Ref<Matrix>> factor(regular);
  if (factor.info() != Eigen::Success) return std::nullopt;
  Vector solution = factor.solve(sums.cross);
  if (!solution.allFinite()) return std::nullopt;
  return solution;
}

std::optional<RidgePoint> SolveRidgePath(const NormalSums& training,
                                         const NormalSums& heldout,
                                         std::span<const double> ridges,
                                         const Vector& penalty) {
  std::optional<RidgePoint> best;
  for (const double ridge : ridges) {
    std::optional<Vector> solution = SolveRidge(training, ridge, penalty);
    if (!solution.has_value()) continue;
    const double risk = heldout.MeanSquare(*solution);
    if (!std::isfinite(risk)) continue;
    if (!best.has_value() || risk <= best->heldout_risk) {
      best = RidgePoint{ridge, *std::move(solution), risk};
    }
  }
  return best;
}

std::optional<CrossValidatedRidge> CrossValidateRidge(
    std::span<const NormalSums> folds,
    std::span<const double> ridges,
    bool profile_constant,
    const Vector& penalty) {
  TTFLOW_CHECK(folds.size() >= 2);
  const auto finish = [profile_constant](const NormalSums& sums) {
    return profile_constant ? sums.Centered() : sums;
  };
  const Index p = folds[0].size();
  std::vector<NormalSums> training;
  std::vector<NormalSums> heldout;
  NormalSums all = NormalSums::Zero(p);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    // Added, not subtracted from the total: no cancellation.
    NormalSums others = NormalSums::Zero(p);
    for (std::size_t g = 0; g < folds.size(); ++g) {
      if (g != f) others += folds[g];
    }
    training.push_back(finish(others));
    heldout.push_back(finish(folds[f]));
    all += folds[f];
  }
  std::optional<CrossValidatedRidge> best;
  for (const double ridge : ridges) {
    CrossValidatedRidge candidate;
    candidate.ridge = ridge;
    double weight = 0;
    for (std::size_t f = 0; f < folds.size(); ++f) {
      std::optional<Vector> solution = SolveRidge(training[f], ridge, penalty);
      if (!solution.has_value()) break;
      candidate.heldout_risk +=
          heldout[f].weight * heldout[f].MeanSquare(*solution);
      weight += heldout[f].weight;
      candidate.coefficients.push_back(*std::move(solution));
    }
    if (candidate.coefficients.size() < folds.size() || !(weight > 0)) continue;
    candidate.heldout_risk /= weight;
    if (!std::isfinite(candidate.heldout_risk)) continue;
    if (!best.has_value() || candidate.heldout_risk <= best->heldout_risk) {
      best = std::move(candidate);
    }
  }
  if (!best.has_value()) return std::nullopt;
  std::optional<Vector> solution =
      SolveRidge(finish(all), best->ridge, penalty);
  if (!solution.has_value()) return std::nullopt;
  best->all = *std::move(solution);
  return best;
}

}  // namespace ttflow
