#include "core/basis/bspline.h"

#include <algorithm>

namespace ttflow {
namespace {

constexpr Index kDegree = 3;

}  // namespace

Index BSplineCells(Index size) { return std::max<Index>(1, size - kDegree); }

LocalFunctions BSplineFunctions(Index size) {
  LocalFunctions functions;
  if (size <= kDegree) {
    functions.num_polynomials = size;
    return functions;
  }
  const Index cells = BSplineCells(size);
  const double width = 2 * kReferenceHalfWidth / static_cast<double>(cells);
  // Centres lie on the knots and one beyond either end; the first is left out.
  for (Index i = 0; i <= cells + 1; ++i) {
    functions.bumps.push_back(
        {-kReferenceHalfWidth + static_cast<double>(i) * width, width});
  }
  return functions;
}

}  // namespace ttflow
