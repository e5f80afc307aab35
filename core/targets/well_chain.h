// WellChain: exact truth and exact draws of a chain of coupled double wells.

#ifndef TTFLOW_CORE_TARGETS_WELL_CHAIN_H_
#define TTFLOW_CORE_TARGETS_WELL_CHAIN_H_

#include <optional>
#include <vector>

#include "core/foundation/random.h"
#include "core/foundation/types.h"
#include "core/targets/quartic_well.h"

namespace ttflow {

// The energy of two neighbours: coupling (x - y)^2 + quartic x^2 y^2 +
// sine sin(x y).
struct WellBond {
  double coupling = 0;
  double quartic = 0;
  double sine = 0;

  // The bond of x with each of y, as an array.
  Eigen::ArrayXd Energies(double x, const Eigen::ArrayXd& y) const;
};

// The density proportional to exp(-sum_i V(x_i) - sum_i U(x_i, x_{i+1})).
//
// Messages run from the last site to the first,
//   log b_i(x) = log int exp(-U(x, y) - V(y)) b_{i+1}(y) dy,
// by the trapezoidal rule (rounding error only, as in QuarticWell). Far from
// the end they repeat up to a constant and are not stored again. Draws go from
// the first site to the last, each by exact rejection against V, its bond and
// b_i. Cost: O(G^2) a distinct message, O(G) a site of a draw, G some hundred.
// Source: the transfer operator of a one-dimensional chain, e.g. Baxter
// (1982), 2.1.
class WellChain {
 public:
  // Needs coupling and quartic >= 0.
  WellChain(const QuarticWell& well, const WellBond& bond, Index num_sites);

  // log Z, nats; nullopt for a chain too long and too stiff for the budget of
  // messages (thousands of sites with a correlation length of thousands).
  std::optional<double> LogEvidence() const { return log_evidence_; }

  // Draws all sites, x [num_sites], in order; needs a LogEvidence.
  void Sample(RandomStream& stream, VectorRef x) const;

 private:
  // log of the message into `site` at x, without the grid's width: zero for the
  // last site.
  double LogMessage(Index site, double x) const;
  // log of exp(-V) times the message into `site`, at the grid; of the last one
  // computed for a site whose message repeats it.
  const Vector& Weighted(Index site) const;
  bool IsRepeated(Index site) const;
  void ComputeMessages();

  const QuarticWell& well_;
  WellBond bond_;
  Index num_sites_;
  double width_;
  double curvature_;
  Eigen::ArrayXd grid_;
  Vector well_log_density_;       // -V at the grid
  std::vector<Vector> weighted_;  // by distance from the last site
  double growth_ = 0;  // of the log of a message from one site to the next
  std::optional<double> log_evidence_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_WELL_CHAIN_H_
