// Macros that hand an error status to the caller.

#ifndef TTFLOW_CORE_FOUNDATION_STATUS_MACROS_H_
#define TTFLOW_CORE_FOUNDATION_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define TTFLOW_RETURN_IF_ERROR(expression)                                \
  do {                                                                    \
    if (absl::Status ttflow_status = (expression); !ttflow_status.ok()) { \
      return ttflow_status;                                               \
    }                                                                     \
  } while (false)

#define TTFLOW_CONCAT_INNER(a, b) a##b
#define TTFLOW_CONCAT(a, b) TTFLOW_CONCAT_INNER(a, b)

// TTFLOW_ASSIGN_OR_RETURN(auto x, MakeX()): declares x, or returns the error.
#define TTFLOW_ASSIGN_OR_RETURN(declaration, expression)   \
  auto TTFLOW_CONCAT(ttflow_or_, __LINE__) = (expression); \
  if (!TTFLOW_CONCAT(ttflow_or_, __LINE__).ok()) {         \
    return TTFLOW_CONCAT(ttflow_or_, __LINE__).status();   \
  }                                                        \
  declaration = *std::move(TTFLOW_CONCAT(ttflow_or_, __LINE__))

#endif  // TTFLOW_CORE_FOUNDATION_STATUS_MACROS_H_
