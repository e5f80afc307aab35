// Executor: parallel loops over fixed blocks of rows.

#ifndef TTFLOW_CORE_FOUNDATION_EXECUTOR_H_
#define TTFLOW_CORE_FOUNDATION_EXECUTOR_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "core/foundation/types.h"

namespace ttflow {

// Runs loops on a bounded number of threads (oneTBB behind it).
//
// Blocks depend on the size of the loop alone, never on the number of threads,
// and start at multiples of 64 rows: a reduction that adds its blocks up in
// order gives the same bytes for any number of threads.
class Executor {
 public:
  static constexpr Index kBlockRows = 512;

  // Makes an executor of `num_threads` threads; 0 means all of the machine.
  explicit Executor(int num_threads = 0);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Calls body(begin, end) for each block [begin, end) of [0, size), in any
  // order and concurrently; returns when all are done. `block_rows` is a
  // positive multiple of 64. The body must not throw.
  void ForBlocks(Index size,
                 absl::FunctionRef<void(Index begin, Index end)> body,
                 Index block_rows = kBlockRows) const;

  // Calls body(i) for each i in [0, count), each a task of its own.
  void ForEach(Index count, absl::FunctionRef<void(Index i)> body) const;

  int num_threads() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_EXECUTOR_H_
