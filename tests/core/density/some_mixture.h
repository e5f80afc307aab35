// A mixture for the tests of densities.

#ifndef TTFLOW_TESTS_CORE_DENSITY_SOME_MIXTURE_H_
#define TTFLOW_TESTS_CORE_DENSITY_SOME_MIXTURE_H_

#include <cmath>

#include "core/density/mixture.h"

namespace ttflow {

// Three overlapping components of correlated coordinates.
inline GaussianMixtureParameters SomeMixture(Index d) {
  GaussianMixtureParameters p;
  p.weights = Vector{{0.5, 0.2, 0.3}};
  p.means.resize(3, d);
  for (Index k = 0; k < 3; ++k) {
    Matrix root = Matrix::Zero(d, d);
    for (Index a = 0; a < d; ++a) {
      p.means(k, a) = 2.0 * static_cast<double>(k) - static_cast<double>(a);
      for (Index b = 0; b < a; ++b) {
        root(a, b) = 1.2 / static_cast<double>(d) *
                     std::sin(static_cast<double>(1 + a + 2 * b + k));
      }
      root(a, a) = 0.6 + 0.2 * static_cast<double>(k);
    }
    p.root.push_back(root);
  }
  return p;
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_DENSITY_SOME_MIXTURE_H_
