#include "core/transport/continuity_problem.h"

#include <utility>

#include "core/als/sliced_loop.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/partial_contractions.h"

namespace ttflow {

absl::StatusOr<ContinuityTable> ComputeContinuityTable(
    std::span<const std::shared_ptr<const Basis>> bases,
    const ConstMatrixRef& u,
    const ConstMatrixRef& energy_gradient,
    const Executor& executor,
    Interrupter& interrupter) {
  const Index d = u.cols();
  TTFLOW_CHECK(static_cast<Index>(bases.size()) == d);
  ContinuityTable table;
  constexpr Index kFunctionOperations = 40;  // a value and its derivatives
  Index row_operations = 1;
  for (Index k = 0; k < d; ++k) {
    row_operations += kFunctionOperations * bases[k]->size();
    table.values.emplace_back(u.rows(), bases[k]->size());
    table.images.emplace_back(u.rows(), bases[k]->size());
  }
  const auto fill = [&](Index begin, Index end) {
    const Index n = end - begin;
    for (Index k = 0; k < d; ++k) {
      Matrix first(n, bases[k]->size());
      MatrixRef values_ref(table.values[k].middleRows(begin, n));
      MatrixRef first_ref(first);
      MatrixRef second_ref(table.images[k].middleRows(begin, n));
      bases[k]->Evaluate(
          u.col(k).segment(begin, n), &values_ref, &first_ref, &second_ref);
      table.images[k].middleRows(begin, n) -=
          energy_gradient.col(k).segment(begin, n).asDiagonal() * first;
    }
  };
  TTFLOW_RETURN_IF_ERROR(ForBlocksSliced(u.rows(),
                                         static_cast<double>(row_operations),
                                         executor,
                                         interrupter,
                                         fill));
  return table;
}

ContinuityProblem::ContinuityProblem(const ContinuityTable& table,
                                     Vector weights,
                                     Vector rhs)
    : table_(table), weights_(std::move(weights)), rhs_(std::move(rhs)) {
  TTFLOW_CHECK(weights_.size() == rhs_.size());
  TTFLOW_CHECK(!table_.values.empty() &&
               table_.values[0].rows() == weights_.size());
}

void ContinuityProblem::ExtendLeft(Index k,
                                   const TrainCore& core,
                                   Index begin,
                                   Index end,
                                   const ConstMatrixRef& left,
                                   MatrixRef out) const {
  const Index n = end - begin;
  const auto l = left.leftCols(core.left_rank);
  const auto image = left.rightCols(core.left_rank);
  const auto values = table_.values[k].middleRows(begin, n);
  Matrix panel(n, core.left_rank * core.size);
  RowKronecker(l, values, panel);
  out.leftCols(core.right_rank).noalias() = panel * core.unfolding;
  RowKronecker(image, values, panel);
  AddRowKronecker(l, table_.images[k].middleRows(begin, n), panel);
  out.rightCols(core.right_rank).noalias() = panel * core.unfolding;
}

void ContinuityProblem::ExtendRight(Index k,
                                    const TrainCore& core,
                                    Index begin,
                                    Index end,
                                    const ConstMatrixRef& right,
                                    MatrixRef out) const {
  const Index n = end - begin;
  const Index rank = core.left_rank;
  const auto values = table_.values[k].middleRows(begin, n);
  const auto images = table_.images[k].middleRows(begin, n);
  Matrix panel(n, rank * core.size), image_panel(n, rank * core.size);
  panel.noalias() =
      right.leftCols(core.right_rank) * core.unfolding.transpose();
  image_panel.noalias() =
      right.rightCols(core.right_rank) * core.unfolding.transpose();
  out.setZero();
  for (Index j = 0; j < core.size; ++j) {
    for (Index a = 0; a < rank; ++a) {
      const Index column = a + rank * j;
      out.col(a) += panel.col(column).cwiseProduct(values.col(j));
      out.col(rank + a) += image_panel.col(column).cwiseProduct(values.col(j)) +
                           panel.col(column).cwiseProduct(images.col(j));
    }
  }
}

void ContinuityProblem::FillLocalSystem(Index k,
                                        Index begin,
                                        Index end,
                                        const ConstMatrixRef& left,
                                        const ConstMatrixRef& right,
                                        MatrixRef design) const {
  const Index n = end - begin;
  const Index left_rank = left.cols() / 2;
  const Index right_rank = right.cols() / 2;
  const Index width = left_rank * basis_size(k);
  TTFLOW_CHECK(design.rows() == n && design.cols() == width * right_rank);
  const auto l = left.leftCols(left_rank);
  const auto values = table_.values[k].middleRows(begin, n);
  Matrix panel(n, width), image_panel(n, width);
  RowKronecker(l, values, panel);
  RowKronecker(left.rightCols(left_rank), values, image_panel);
  AddRowKronecker(l, table_.images[k].middleRows(begin, n), image_panel);
  for (Index b = 0; b < right_rank; ++b) {
    design.middleCols(b * width, width) =
        right.col(right_rank + b).asDiagonal() * panel;
    design.middleCols(b * width, width) +=
        right.col(b).asDiagonal() * image_panel;
  }
}

}  // namespace ttflow
