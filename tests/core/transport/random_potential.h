// Potentials with random coefficients, for tests.

#ifndef TTFLOW_TESTS_CORE_TRANSPORT_RANDOM_POTENTIAL_H_
#define TTFLOW_TESTS_CORE_TRANSPORT_RANDOM_POTENTIAL_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/tensor_train/factories.h"
#include "core/transport/potential.h"

namespace ttflow {

struct RandomPotentialOptions {
  bool additive = true;
  bool pairs = true;
  bool train = true;
  double scale = 1;  // of all coefficients
};

inline Vector RandomNormals(Index size, Index index, const RandomKey& key) {
  RandomStream random =
      key.Stream(Purpose::kExact, static_cast<std::uint32_t>(index), 0);
  Vector values(size);
  for (Index i = 0; i < size; ++i) values[i] = random.Normal();
  return values;
}

inline Matrix RandomPoints(Index size, Index dimension, std::uint64_t seed) {
  Matrix points(size, dimension);
  for (Index k = 0; k < dimension; ++k) {
    points.col(k) = RandomNormals(size, 100 + k, RandomKey(seed));
  }
  return points;
}

inline Potential MakeRandomPotential(
    Index dimension,
    std::uint64_t seed,
    const RandomPotentialOptions& options = {}) {
  const RandomKey key(seed);
  Potential potential;
  for (Index k = 0; k < dimension; ++k) {
    BasisSpec spec;
    spec.size = 5 + k % 2;
    spec.lower = -2.5 - 0.1 * static_cast<double>(k);
    spec.upper = 2.7;
    potential.additive_basis.push_back(spec);
    Vector coefficients = Vector::Zero(spec.size);
    if (options.additive) {
      coefficients = options.scale * RandomNormals(spec.size, k, key);
      coefficients[0] = 0;
    }
    potential.additive.push_back(coefficients);
  }
  if (options.pairs) {
    const Vector c = RandomNormals(dimension, 50, key);
    for (Index k = 1; k < dimension; ++k) {
      potential.pairs.push_back({k - 1, k, 0.2 * options.scale * c[k]});
    }
  }
  if (options.train) {
    std::vector<Index> sizes, ranks{1};
    for (Index k = 0; k < dimension; ++k) {
      BasisSpec spec = potential.additive_basis[k];
      spec.size = 4;
      potential.train_basis.push_back(spec);
      sizes.push_back(spec.size);
      ranks.push_back(k + 1 < dimension ? 2 : 1);
    }
    potential.train = MakeRandomTrain(sizes, ranks, key);
    potential.train.cores[0].unfolding *= options.scale;
  }
  return potential;
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CORE_TRANSPORT_RANDOM_POTENTIAL_H_
