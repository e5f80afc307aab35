#include "core/als/sliced_loop.h"

#include <algorithm>

#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// What one thread does in 50 ms at a modest 6e9 multiplications a second.
constexpr double kSliceOperations = 3e8;

// Units of work that fit in a slice of all threads.
Index UnitsOfSlice(double unit_operations, const Executor& executor) {
  TTFLOW_CHECK(unit_operations > 0);
  const double units = std::clamp(kSliceOperations / unit_operations, 1.0, 1e9);
  return static_cast<Index>(units) * executor.num_threads();
}

}  // namespace

absl::Status ForBlocksSliced(
    Index size,
    double row_operations,
    const Executor& executor,
    Interrupter& interrupter,
    absl::FunctionRef<void(Index begin, Index end)> body,
    Index block_rows) {
  const double block_operations =
      row_operations * static_cast<double>(block_rows);
  const Index slice = UnitsOfSlice(block_operations, executor) * block_rows;
  for (Index begin = 0; begin < size; begin += slice) {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    executor.ForBlocks(
        std::min(slice, size - begin),
        [&](Index first, Index last) { body(begin + first, begin + last); },
        block_rows);
  }
  return absl::OkStatus();
}

absl::Status ForPanelsSliced(
    std::span<const Index> num_panels,
    double panel_operations,
    const Executor& executor,
    Interrupter& interrupter,
    absl::FunctionRef<void(Index part, Index panel)> body) {
  const Index num_parts = static_cast<Index>(num_panels.size());
  if (num_parts == 0) return absl::OkStatus();
  const Index most = *std::max_element(num_panels.begin(), num_panels.end());
  // A slice is a few panels of all parts, or one panel of few parts.
  const Index units = UnitsOfSlice(panel_operations, executor);
  const Index depth = std::max<Index>(1, units / num_parts);
  const Index width = std::min(num_parts, units);
  for (Index top = 0; top < most; top += depth) {
    for (Index left = 0; left < num_parts; left += width) {
      TTFLOW_RETURN_IF_ERROR(interrupter.Check());
      executor.ForEach(std::min(width, num_parts - left), [&](Index i) {
        const Index part = left + i;
        const Index bottom = std::min(top + depth, num_panels[part]);
        for (Index panel = top; panel < bottom; ++panel) body(part, panel);
      });
    }
  }
  return absl::OkStatus();
}

}  // namespace ttflow
