// SlicedLoop: long parallel loops that ask an Interrupter on their way.

#ifndef TTFLOW_CORE_ALS_SLICED_LOOP_H_
#define TTFLOW_CORE_ALS_SLICED_LOOP_H_

#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/foundation/types.h"

namespace ttflow {

// As Executor::ForBlocks, in slices of which none takes much longer than 50 ms:
// the interrupter is asked before each. `row_operations`, positive, are about
// the multiplications that one row costs; they say where slices end, which the
// blocks do not depend on.
//
// Errors: the interrupter's; the rest of the blocks is not run then.
absl::Status ForBlocksSliced(
    Index size,
    double row_operations,
    const Executor& executor,
    Interrupter& interrupter,
    absl::FunctionRef<void(Index begin, Index end)> body,
    Index block_rows = Executor::kBlockRows);

// Calls body(part, panel) for panel = 0, 1, ... num_panels[part] - 1 of every
// part: those of a part in this order and never two at a time, parts
// concurrently. Sums that a part adds up are thus the same bytes for any number
// of threads. Slices, `panel_operations` and errors as above.
absl::Status ForPanelsSliced(
    std::span<const Index> num_panels,
    double panel_operations,
    const Executor& executor,
    Interrupter& interrupter,
    absl::FunctionRef<void(Index part, Index panel)> body);

}  // namespace ttflow

#endif  // TTFLOW_CORE_ALS_SLICED_LOOP_H_
