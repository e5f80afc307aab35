// BasisTable: all basis functions of all coordinates at N points, computed
// once.

#ifndef TTFLOW_CORE_BASIS_BASIS_TABLE_H_
#define TTFLOW_CORE_BASIS_BASIS_TABLE_H_

#include <memory>
#include <span>
#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/executor.h"
#include "core/foundation/types.h"

namespace ttflow {

// Values and derivatives of d one-dimensional bases at N points: entry k
// belongs to coordinate k and is a matrix [N, m_k]. Every pass of a fit reads
// it; nothing changes it.
struct BasisTable {
  std::vector<Matrix> values;
  std::vector<Matrix> first;   // d/du_k; empty matrices if not asked for
  std::vector<Matrix> second;  // d^2/du_k^2; empty matrices if not asked for

  Index dimension() const { return static_cast<Index>(values.size()); }
  Index num_rows() const { return values.empty() ? 0 : values[0].rows(); }
};

// How much of a table to compute.
enum class TableOrder { kValues, kFirst, kSecond };

// Makes the bases of `specs`, one a coordinate. Transforms are cached, so this
// is cheap.
std::vector<std::shared_ptr<const Basis>> MakeBases(
    std::span<const BasisSpec> specs);

// Computes the table of `bases` (one a coordinate) at the points u [N, d], in
// blocks of rows on `executor`.
//
// Cost: O(N d m^2) time, 8 N sum_k m_k bytes for each of values, first, second.
BasisTable ComputeBasisTable(
    std::span<const std::shared_ptr<const Basis>> bases,
    const ConstMatrixRef& u,
    TableOrder order,
    const Executor& executor);

}  // namespace ttflow

#endif  // TTFLOW_CORE_BASIS_BASIS_TABLE_H_
