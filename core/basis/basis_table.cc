#include "core/basis/basis_table.h"

#include "core/foundation/check.h"

namespace ttflow {

std::vector<std::shared_ptr<const Basis>> MakeBases(
    std::span<const BasisSpec> specs) {
  std::vector<std::shared_ptr<const Basis>> bases;
  bases.reserve(specs.size());
  for (const BasisSpec& spec : specs) bases.push_back(MakeBasis(spec));
  return bases;
}

BasisTable ComputeBasisTable(
    std::span<const std::shared_ptr<const Basis>> bases,
    const ConstMatrixRef& u,
    TableOrder order,
    const Executor& executor) {
  const Index d = u.cols();
  const Index n = u.rows();
  TTFLOW_CHECK(static_cast<Index>(bases.size()) == d);
  const bool with_first = order != TableOrder::kValues;
  const bool with_second = order == TableOrder::kSecond;
  BasisTable table;
  table.values.resize(d);
  table.first.resize(d);
  table.second.resize(d);
  for (Index k = 0; k < d; ++k) {
    table.values[k].resize(n, bases[k]->size());
    if (with_first) table.first[k].resize(n, bases[k]->size());
    if (with_second) table.second[k].resize(n, bases[k]->size());
  }
  executor.ForBlocks(n, [&](Index begin, Index end) {
    const Index rows = end - begin;
    for (Index k = 0; k < d; ++k) {
      MatrixRef values(table.values[k].middleRows(begin, rows));
      if (!with_first) {
        bases[k]->Evaluate(
            u.col(k).segment(begin, rows), &values, nullptr, nullptr);
        continue;
      }
      MatrixRef first(table.first[k].middleRows(begin, rows));
      if (!with_second) {
        bases[k]->Evaluate(
            u.col(k).segment(begin, rows), &values, &first, nullptr);
        continue;
      }
      MatrixRef second(table.second[k].middleRows(begin, rows));
      bases[k]->Evaluate(
          u.col(k).segment(begin, rows), &values, &first, &second);
    }
  });
  return table;
}

}  // namespace ttflow
