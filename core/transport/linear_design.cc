#include "core/transport/linear_design.h"

#include <utility>

#include "core/basis/basis_table.h"
#include "core/foundation/check.h"

namespace ttflow {

LinearDesign::LinearDesign(const FitRows& rows,
                           std::vector<BasisSpec> specs,
                           std::vector<CoordinatePair> pairs,
                           double pair_scale)
    : rows_(rows),
      specs_(std::move(specs)),
      bases_(MakeBases(specs_)),
      pairs_(std::move(pairs)),
      pair_scale_(pair_scale) {
  for (const auto& basis : bases_) num_additive_ += basis->size() - 1;
}

void LinearDesign::Fill(Index begin, Index end, MatrixRef design) const {
  const Index n = end - begin;
  TTFLOW_CHECK(design.rows() == n && design.cols() == size());
  Index column = 0;
  for (std::size_t b = 0; b < bases_.size(); ++b) {
    const Index k = static_cast<Index>(b);
    const Index m = bases_[k]->size();
    Matrix first(n, m), second(n, m);
    MatrixRef first_ref(first), second_ref(second);
    bases_[k]->Evaluate(rows_.position.col(k).segment(begin, n),
                        nullptr,
                        &first_ref,
                        &second_ref);
    const auto gradient = rows_.gradient.col(k).segment(begin, n).array();
    for (Index j = 1; j < m; ++j) {
      design.col(column++) =
          second.col(j).array() - gradient * first.col(j).array();
    }
  }
  const auto u = rows_.position.middleRows(begin, n).array();
  const auto g = rows_.gradient.middleRows(begin, n).array();
  for (const auto& [i, j] : pairs_) {
    design.col(column++) =
        -pair_scale_ * (g.col(i) * u.col(j) + g.col(j) * u.col(i));
  }
}

Potential LinearDesign::MakePotential(std::span<const Index> columns,
                                      const Vector& coefficients) const {
  Vector full = Vector::Zero(size());
  std::vector<bool> used(static_cast<std::size_t>(size()), false);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    full[columns[c]] = coefficients[static_cast<Index>(c)];
    used[columns[c]] = true;
  }
  Potential potential;
  potential.additive_basis = specs_;
  Index column = 0;
  for (const auto& basis : bases_) {
    Vector additive = Vector::Zero(basis->size());
    additive.tail(basis->size() - 1) = full.segment(column, basis->size() - 1);
    potential.additive.push_back(std::move(additive));
    column += basis->size() - 1;
  }
  for (const auto& [i, j] : pairs_) {
    if (used[column]) {
      potential.pairs.push_back({i, j, pair_scale_ * full[column]});
    }
    ++column;
  }
  return potential;
}

}  // namespace ttflow
