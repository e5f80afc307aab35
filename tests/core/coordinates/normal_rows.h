// Normal points for the tests of coordinates.

#ifndef TTFLOW_TESTS_CORE_COORDINATES_NORMAL_ROWS_H_
#define TTFLOW_TESTS_CORE_COORDINATES_NORMAL_ROWS_H_

#include <cstdint>

#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

inline Matrix NormalRows(Index rows, Index d, std::uint64_t seed) {
  Matrix x(rows, d);
  for (Index i = 0; i < rows; ++i) {
    RandomStream stream = RandomKey(seed).Stream(
        Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    for (Index k = 0; k < d; ++k) x(i, k) = stream.Normal();
  }
  return x;
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_COORDINATES_NORMAL_ROWS_H_
