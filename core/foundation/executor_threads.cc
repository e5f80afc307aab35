// The executor on plain threads, for the thread sanitizer: oneTBB's library is
// not instrumented, so the sanitizer sees neither its locks nor its hand-over
// of tasks and calls every loop a race. Here it sees all of it, and what it
// reports is the engine's own.

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/foundation/executor.h"

namespace ttflow {
namespace {

// A loop inside a loop runs on the thread that asks for it.
thread_local bool inside_loop = false;

int MachineThreads() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

struct Executor::Impl {
  int threads;
};

Executor::Executor(int num_threads)
    : impl_(std::make_unique<Impl>(
          Impl{num_threads > 0 ? num_threads : MachineThreads()})) {}

Executor::~Executor() = default;

int Executor::num_threads() const { return impl_->threads; }

void Executor::ForEach(Index count,
                       absl::FunctionRef<void(Index i)> body) const {
  const Index num_threads = std::min<Index>(count, impl_->threads);
  if (num_threads <= 1 || inside_loop) {
    for (Index i = 0; i < count; ++i) body(i);
    return;
  }
  std::atomic<Index> next = 0;
  const auto work = [&] {
    inside_loop = true;
    for (Index i = next++; i < count; i = next++) body(i);
    inside_loop = false;
  };
  std::vector<std::jthread> threads;
  for (Index i = 1; i < num_threads; ++i) threads.emplace_back(work);
  work();
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
