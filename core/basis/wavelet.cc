#include "core/basis/wavelet.h"

#include <algorithm>
#include <cmath>

namespace ttflow {
namespace {

constexpr Index kPolynomials = 5;

}  // namespace

LocalFunctions WaveletFunctions(Index size) {
  LocalFunctions functions;
  functions.num_polynomials = std::min(size, kPolynomials);
  for (Index count = 1; functions.size() < size; count *= 2) {
    const double width = kReferenceHalfWidth / static_cast<double>(count);
    std::vector<Bump> level;
    for (Index i = 0; i < count; ++i) {
      level.push_back(
          {-kReferenceHalfWidth + static_cast<double>(2 * i + 1) * width,
           width});
    }
    std::stable_sort(
        level.begin(), level.end(), [](const Bump& a, const Bump& b) {
          return std::abs(a.center) < std::abs(b.center);
        });
    for (const Bump& bump : level) {
      if (functions.size() < size) functions.bumps.push_back(bump);
    }
  }
  return functions;
}

std::vector<Index> WaveletLevels(Index size) {
  std::vector<Index> ends = {1};
  Index end = kPolynomials;
  for (Index count = 1; ends.back() < size; count *= 2) {
    ends.push_back(std::min(end, size));
    end += count;
  }
  return ends;
}

}  // namespace ttflow
