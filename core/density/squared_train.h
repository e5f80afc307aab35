// SquaredTrainDensity: a product density times the square of a tensor train.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_H_

#include <memory>
#include <vector>

#include "core/basis/basis_table.h"
#include "core/coordinates/coordinates.h"
#include "core/density/cell_basis.h"
#include "core/density/density.h"
#include "core/density/marginal.h"
#include "core/tensor_train/tensor_train.h"

namespace ttflow {

// Plain numbers from which the density is made; part of a model. With
// u = coordinates.ToLocal(x), q the product of the marginals and w a wide
// normal,
//   p(u) = (1 - eps) q(u) T(u)^2 + eps/2 q(u) + eps/2 w(u).
struct SquaredTrainParameters {
  Coordinates coordinates;
  std::vector<Marginal> marginals;  // [d]
  Vector lower;                     // [d], intervals of the bases
  Vector upper;                     // [d]
  Index basis_size = 8;             // m
  // T in the cell bases: norm one, cores 1 .. d-1 right-orthogonal.
  TensorTrain train;
  double defensive_weight = 0.05;  // eps, in (0, 1)
  Vector wide_mean;                // [d], of w, in u
  Vector wide_scale;               // [d], positive
};

// Exact and normalised: drawn coordinate by coordinate from the conditionals of
// T^2, which with right-orthogonal cores need the left contraction alone.
// Rank one with the constant functions is the product itself.
//
// Source: docs/method.md, squared trains; Cui and Dolgov (2022).
class SquaredTrainDensity final : public Density {
 public:
  explicit SquaredTrainDensity(SquaredTrainParameters parameters);

  Index dimension() const override {
    return static_cast<Index>(parameters_.marginals.size());
  }
  const SquaredTrainParameters& parameters() const { return parameters_; }
  const std::vector<CellBasis>& bases() const { return bases_; }
  Index max_rank() const { return parameters_.train.max_rank(); }

  // Draw i uses its stream alone: one uniform for the component, then two a
  // coordinate (cell and place in it), and for the wide part a normal besides.
  // Cost: O(count d (m r^2 + m^2 r + m^2 log G)).
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  // The score is that of the table's smooth interpolation.
  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

  // Fresh draw of the coordinates [begin, end) of each row of `u` [N, d] (local
  // coordinates) from the conditional of q T^2 given all others. Row i uses the
  // stream (kMove, index, i) of `key`.
  // Cost: O(N d m r^2 + N (end - begin) (m r^2 + m^2 r)).
  Matrix RedrawBlock(const ConstMatrixRef& u,
                     Index begin,
                     Index end,
                     const RandomKey& key,
                     std::uint32_t index,
                     const Executor& executor) const;

  // log of q T^2 at u [N, d] in local coordinates, without the defensive part:
  // what RedrawBlock leaves invariant. -infinity outside of the cells.
  Vector LogSquare(const ConstMatrixRef& u, const Executor& executor) const;

 private:
  SquaredTrainParameters parameters_;
  std::vector<CellBasis> bases_;
  std::vector<bool> trivial_;  // cores that are the constant function alone
  double log_determinant_ = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_H_
