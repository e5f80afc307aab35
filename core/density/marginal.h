// Marginal: a one-dimensional density whose logarithm is linear on equal cells.

#ifndef TTFLOW_CORE_DENSITY_MARGINAL_H_
#define TTFLOW_CORE_DENSITY_MARGINAL_H_

#include "core/foundation/types.h"

namespace ttflow {

// Where a point lies in the table: cell j and its place in it, f in [0, 1].
struct CellPosition {
  Index cell = 0;
  double fraction = 0;
  bool inside = false;
};

// Plain numbers, part of a model. Zero outside of its cells. Drawn and
// evaluated from the same masses, so that both agree exactly.
class Marginal {
 public:
  Marginal() = default;
  // Makes the density of logarithms `log_density` [G + 1], G >= 1, at the edges
  // lower + width * (0 .. G); they are normalised here. CHECK-fails unless all
  // are finite and width > 0.
  Marginal(double lower, double width, Vector log_density);
  // Makes it from its own lower(), width() and log_density(), to the bit.
  static Marginal FromNormalized(double lower,
                                 double width,
                                 Vector log_density);

  double lower() const { return lower_; }
  double width() const { return width_; }
  double upper() const {
    return lower_ + width_ * static_cast<double>(num_cells());
  }
  Index num_cells() const { return mass_.size(); }
  // Normalised logarithms at the edges, [G + 1].
  const Vector& log_density() const { return log_density_; }
  // Probability of each cell, [G], and of all cells up to each edge, [G + 1].
  const Vector& mass() const { return mass_; }
  const Vector& cumulative() const { return cumulative_; }

  CellPosition Locate(double u) const;
  // log q at a place; -infinity outside.
  double LogDensity(const CellPosition& position) const;
  // d/du log q, interpolated between the cells' slopes: smooth where log q is
  // not. At a place outside that of the nearest end.
  double Score(const CellPosition& position) const;
  // Inverse distribution function of the whole density at p in (0, 1).
  double Quantile(double p) const;
  // Inverse distribution function within one cell.
  double QuantileInCell(Index cell, double p) const;

 private:
  void ComputeMasses();

  double lower_ = 0;
  double width_ = 1;
  Vector log_density_;
  Vector mass_;
  Vector cumulative_;
};

// Returns (1 - share) a + share b on cells that cover both, as narrow as a's
// up to twice their number; b = a returns a up to rounding.
Marginal MixMarginals(const Marginal& a, const Marginal& b, double share);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_MARGINAL_H_
