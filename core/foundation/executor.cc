#include "core/foundation/executor.h"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

namespace ttflow {

struct Executor::Impl {
  explicit Impl(int num_threads) : arena(num_threads), threads(num_threads) {}
  tbb::task_arena arena;
  int threads;
};

Executor::Executor(int num_threads)
    : impl_(std::make_unique<Impl>(
          num_threads > 0 ? num_threads : tbb::info::default_concurrency())) {}

Executor::~Executor() = default;

int Executor::num_threads() const { return impl_->threads; }

void Executor::ForEach(Index count,
                       absl::FunctionRef<void(Index i)> body) const {
  if (count <= 0) return;
  if (count == 1 || impl_->threads == 1) {
    for (Index i = 0; i < count; ++i) body(i);
    return;
  }
  impl_->arena.execute([&] {
    // Isolated, so that a waiting thread does not pick up a task of another
    // loop that holds what this one waits for.
    tbb::this_task_arena::isolate(
        [&] { tbb::parallel_for(Index{0}, count, [&](Index i) { body(i); }); });
  });
}

void Executor::ForBlocks(Index size,
                         absl::FunctionRef<void(Index begin, Index end)> body,
                         Index block_rows) const {
  const Index num_blocks = (size + block_rows - 1) / block_rows;
  ForEach(num_blocks, [&](Index b) {
    body(b * block_rows, std::min(size, (b + 1) * block_rows));
  });
}

}  // namespace ttflow
