// TTFLOW_CHECK: a broken invariant of the program ends it, with file and line.
//
// For what only a bug can cause. Misuse by a caller is an absl::Status,
// numerical trouble is data.

#ifndef TTFLOW_CORE_FOUNDATION_CHECK_H_
#define TTFLOW_CORE_FOUNDATION_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define TTFLOW_CHECK(condition)                 \
  do {                                          \
    if (!(condition)) {                         \
      std::fprintf(stderr,                      \
                   "%s:%d: check failed: %s\n", \
                   __FILE__,                    \
                   __LINE__,                    \
                   #condition);                 \
      std::abort();                             \
    }                                           \
  } while (false)

#endif  // TTFLOW_CORE_FOUNDATION_CHECK_H_
