#include "core/transport/fold_sums.h"

#include <algorithm>
#include <utility>

#include "core/als/sliced_loop.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// Rows of a panel: deep enough for the matrix products, small enough for the
// cache.
constexpr Index kPanelRows = 256;
// A partial sum has at least this many rows, and a fold at most so many parts.
constexpr Index kLeastPartRows = 2048;
constexpr Index kMostParts = 4;
// What an entry of a design costs beside the products, in multiplications.
constexpr Index kFillOperations = 40;

struct Part {
  int fold = 0;
  Index begin = 0;
  Index end = 0;
};

std::vector<Part> MakeParts(const FitRows& rows) {
  std::vector<Part> parts;
  for (int f = 0; f < 2; ++f) {
    const Index begin = rows.fold_begin[f];
    const Index size = rows.fold_begin[f + 1] - begin;
    const Index count = std::clamp(size / kLeastPartRows, Index{1}, kMostParts);
    for (Index p = 0; p < count; ++p) {
      parts.push_back(
          {f, begin + p * size / count, begin + (p + 1) * size / count});
    }
  }
  return parts;
}

// Calls add(part number, sqrt(w) of a panel, begin, end) for the panels of
// every part, in order within a part. A row costs `row_operations`.
template <typename Add>
absl::Status ForPanels(const FitRows& rows,
                       const std::vector<Part>& parts,
                       double row_operations,
                       const Executor& executor,
                       Interrupter& interrupter,
                       const Add& add) {
  std::vector<Index> num_panels;
  for (const Part& part : parts) {
    num_panels.push_back((part.end - part.begin + kPanelRows - 1) / kPanelRows);
  }
  return ForPanelsSliced(
      num_panels,
      row_operations * kPanelRows,
      executor,
      interrupter,
      [&](Index p, Index panel) {
        const Index begin = parts[p].begin + panel * kPanelRows;
        const Index end = std::min(parts[p].end, begin + kPanelRows);
        const Vector root =
            rows.weights.segment(begin, end - begin).cwiseSqrt();
        add(p, root, begin, end);
      });
}

// Panels whose memory a part reuses, filled and scaled by sqrt(w).
class Panel {
 public:
  void Fill(FillRows fill,
            Index columns,
            const Vector& root,
            Index begin,
            Index end) {
    design_.resize(end - begin, columns);
    fill(begin, end, design_);
    design_.array().colwise() *= root.array();
  }
  const Matrix& design() const { return design_; }

 private:
  Matrix design_;
};

FoldSums AddUp(const std::vector<Part>& parts,
               std::vector<NormalSums> part_sums) {
  FoldSums sums;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    NormalSums& sum = sums[parts[p].fold];
    if (sum.size() == 0) {
      sum = std::move(part_sums[p]);
    } else {
      sum += part_sums[p];
    }
  }
  for (NormalSums& sum : sums) {
    sum.gram.triangularView<Eigen::StrictlyUpper>() = sum.gram.transpose();
  }
  return sums;
}

}  // namespace

absl::StatusOr<FoldSums> ComputeFoldSums(const FitRows& rows,
                                         Index p,
                                         FillRows fill,
                                         const Executor& executor,
                                         Interrupter& interrupter) {
  const std::vector<Part> parts = MakeParts(rows);
  std::vector<NormalSums> part_sums(parts.size());
  std::vector<Panel> panels(parts.size());
  TTFLOW_RETURN_IF_ERROR(ForPanels(
      rows,
      parts,
      static_cast<double>(p * (p + kFillOperations)),
      executor,
      interrupter,
      [&](Index part, const Vector& root, Index begin, Index end) {
        NormalSums& sum = part_sums[part];
        if (sum.size() == 0) sum = NormalSums::Zero(p);
        panels[part].Fill(fill, p, root, begin, end);
        const Matrix& design = panels[part].design();
        const Vector y = rows.energy_difference.segment(begin, end - begin)
                             .cwiseProduct(root);
        sum.weight += root.squaredNorm();
        sum.row.noalias() += design.transpose() * root;
        sum.rhs += y.dot(root);
        sum.gram.selfadjointView<Eigen::Lower>().rankUpdate(design.transpose());
        sum.cross.noalias() += design.transpose() * y;
        sum.rhs_square += y.squaredNorm();
      }));
  return AddUp(parts, std::move(part_sums));
}

absl::StatusOr<FoldSums> ExtendFoldSums(const FitRows& rows,
                                        const FoldSums& sums,
                                        FillRows fill,
                                        Index q,
                                        FillRows fill_new,
                                        const Executor& executor,
                                        Interrupter& interrupter) {
  const Index p = sums[0].size();
  const std::vector<Part> parts = MakeParts(rows);
  // The new sums and, below them, the products of new and known columns.
  std::vector<NormalSums> part_sums(parts.size());
  std::vector<Matrix> part_products(parts.size());
  std::vector<Panel> panels(parts.size()), new_panels(parts.size());
  TTFLOW_RETURN_IF_ERROR(ForPanels(
      rows,
      parts,
      static_cast<double>(q * (2 * p + q) + kFillOperations * (p + q)),
      executor,
      interrupter,
      [&](Index part, const Vector& root, Index begin, Index end) {
        NormalSums& sum = part_sums[part];
        if (sum.size() == 0) {
          sum = NormalSums::Zero(q);
          part_products[part] = Matrix::Zero(q, p);
        }
        panels[part].Fill(fill, p, root, begin, end);
        new_panels[part].Fill(fill_new, q, root, begin, end);
        const Matrix& design = new_panels[part].design();
        const Vector y = rows.energy_difference.segment(begin, end - begin)
                             .cwiseProduct(root);
        sum.row.noalias() += design.transpose() * root;
        sum.gram.selfadjointView<Eigen::Lower>().rankUpdate(design.transpose());
        sum.cross.noalias() += design.transpose() * y;
        part_products[part].noalias() +=
            design.transpose() * panels[part].design();
      }));
  std::array<Matrix, 2> products;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    Matrix& product = products[parts[part].fold];
    if (product.size() == 0) {
      product = std::move(part_products[part]);
    } else {
      product += part_products[part];
    }
  }
  const FoldSums added = AddUp(parts, std::move(part_sums));
  FoldSums extended;
  for (int f = 0; f < 2; ++f) {
    NormalSums& sum = extended[f];
    sum.weight = sums[f].weight;
    sum.rhs = sums[f].rhs;
    sum.rhs_square = sums[f].rhs_square;
    sum.row.resize(p + q);
    sum.row << sums[f].row, added[f].row;
    sum.cross.resize(p + q);
    sum.cross << sums[f].cross, added[f].cross;
    sum.gram.resize(p + q, p + q);
    sum.gram.topLeftCorner(p, p) = sums[f].gram;
    sum.gram.bottomLeftCorner(q, p) = products[f];
    sum.gram.topRightCorner(p, q) = products[f].transpose();
    sum.gram.bottomRightCorner(q, q) = added[f].gram;
  }
  return extended;
}

NormalSums RestrictSums(const NormalSums& sums,
                        Index num_blocks,
                        const Matrix& projection,
                        const std::vector<Index>& kept) {
  const bool project = projection.size() > 0;
  const Index count = static_cast<Index>(kept.size());
  Index large = 0, small = 0;  // unknowns of all blocks
  if (project) {
    large = num_blocks * projection.rows();
    small = num_blocks * projection.cols();
  } else {
    large = small = num_blocks;  // blocks of one unknown, left as they are
  }
  TTFLOW_CHECK(large <= sums.size());
  std::vector<Index> columns;
  for (const Index column : kept) columns.push_back(large + column);

  NormalSums result;
  result.weight = sums.weight;
  result.rhs = sums.rhs;
  result.rhs_square = sums.rhs_square;
  // Applies the projection's transpose to the blocks of rows of `from`.
  const auto reduce = [&](const auto& from) {
    Matrix to(small + count, from.cols());
    if (project) {
      for (Index b = 0; b < num_blocks; ++b) {
        to.middleRows(b * projection.cols(), projection.cols()).noalias() =
            projection.transpose() *
            from.middleRows(b * projection.rows(), projection.rows());
      }
    } else {
      to.topRows(small) = from.topRows(large);
    }
    for (Index c = 0; c < count; ++c) to.row(small + c) = from.row(columns[c]);
    return to;
  };
  result.row = reduce(sums.row);
  result.cross = reduce(sums.cross);
  result.gram = reduce(Matrix(reduce(sums.gram).transpose()));
  return result;
}

Vector ExpandCoefficients(const Vector& coefficients,
                          Index num_blocks,
                          const Matrix& projection) {
  const Index large = projection.rows();
  const Index small = projection.cols();
  const Index rest = coefficients.size() - num_blocks * small;
  TTFLOW_CHECK(rest >= 0);
  Vector expanded(num_blocks * large + rest);
  for (Index b = 0; b < num_blocks; ++b) {
    expanded.segment(b * large, large).noalias() =
        projection * coefficients.segment(b * small, small);
  }
  expanded.tail(rest) = coefficients.tail(rest);
  return expanded;
}

}  // namespace ttflow
