// PreparedPotential: a potential with its bases made, for many blocks of rows.

#ifndef TTFLOW_CORE_TRANSPORT_PREPARED_POTENTIAL_H_
#define TTFLOW_CORE_TRANSPORT_PREPARED_POTENTIAL_H_

#include <memory>
#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/types.h"
#include "core/transport/potential.h"

namespace ttflow {

// What all evaluations of one potential share. Keeps a reference to it.
struct PreparedPotential {
  // One end of a pair term as its other coordinate sees it.
  struct Neighbour {
    Index coordinate = 0;
    double coefficient = 0;
  };

  // CHECK-fails where the parts disagree in dimension or basis sizes.
  explicit PreparedPotential(const Potential& potential);

  Index dimension() const { return potential.dimension(); }
  // About the multiplications that a row of all derivatives takes.
  double RowOperations() const;
  // Adds sum_j c_kj u_j, the velocity of coordinate k by pair terms, to
  // `velocity` [n] at the points u [n, d].
  void AddPairVelocity(Index k,
                       const ConstMatrixRef& u,
                       VectorRef velocity) const;

  const Potential& potential;
  std::vector<std::shared_ptr<const Basis>> additive_bases;  // [d]
  std::vector<std::shared_ptr<const Basis>> train_bases;     // [d] or empty
  std::vector<std::vector<Neighbour>> neighbours;            // [d]
};

// As EvaluatePotential for one block of rows u [n, d] that fits the cache; the
// outputs are resized, null ones skipped. Thread-safe.
void EvaluateBlock(const PreparedPotential& prepared,
                   const ConstMatrixRef& u,
                   Vector* value,
                   Matrix* gradient,
                   Vector* laplacian);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_PREPARED_POTENTIAL_H_
