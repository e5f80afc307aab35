// QuarticWell: the one-dimensional double well of several targets, exactly.

#ifndef TTFLOW_CORE_TARGETS_QUARTIC_WELL_H_
#define TTFLOW_CORE_TARGETS_QUARTIC_WELL_H_

#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/targets/cell_proposal.h"

namespace ttflow {

// The density proportional to exp(-V), V(x) = x^4 + quadratic x^2 + linear x +
// constant, on the line.
//
// Its integral is taken by the trapezoidal rule on [-reach, reach], which for
// an analytic integrand that vanishes at both ends converges faster than any
// power; what lies outside is below e^-190 of the whole. Draws are exact
// (CellProposal).
class QuarticWell {
 public:
  // Needs quadratic < 0 and a linear term too small to close the second well.
  QuarticWell(double quadratic, double linear, double constant);

  double Energy(double x) const {
    return x * (linear_ + x * (quadratic_ + x * x)) + constant_;
  }
  double Slope(double x) const {
    return linear_ + x * (2 * quadratic_ + 4 * x * x);
  }

  // V of an array of points, as an array expression.
  template <typename Array>
  auto Energies(const Array& x) const {
    return x * (linear_ + x * (quadratic_ + x.square())) + constant_;
  }
  // V' of an array of points, as an array expression.
  template <typename Array>
  auto Slopes(const Array& x) const {
    return linear_ + x * (2 * quadratic_ + 4 * x.square());
  }

  // log int exp(-V), nats.
  double LogNormalizer() const { return log_normalizer_; }
  // One exact draw.
  double Sample(RandomStream& stream) const;
  // The positions of the minima of V, ascending.
  const std::vector<double>& minima() const { return minima_; }
  // Half-width of the interval that holds the density.
  double reach() const { return reach_; }
  // The largest V'' on [-reach, reach].
  double MaximumCurvature() const;

 private:
  double quadratic_;
  double linear_;
  double constant_;
  double reach_ = 0;
  double log_normalizer_ = 0;
  CellProposal proposal_;
  std::vector<double> minima_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_QUARTIC_WELL_H_
