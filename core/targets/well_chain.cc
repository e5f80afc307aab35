#include "core/targets/well_chain.h"

#include <algorithm>
#include <cmath>

#include "core/math/log_sum_exp.h"
#include "core/targets/cell_proposal.h"

namespace ttflow {
namespace {

constexpr double kRefinement = 0.5;
constexpr std::size_t kMaximumMessages = 4096;
// A change of a message below this is rounding.
constexpr double kConverged = 1e-14;
constexpr double kSmallestMessage = 1e-300;

}  // namespace

Eigen::ArrayXd WellBond::Energies(double x, const Eigen::ArrayXd& y) const {
  Eigen::ArrayXd energy = coupling * (y - x).square();
  if (quartic != 0) energy += quartic * x * x * y.square();
  if (sine != 0) energy += sine * (x * y).sin();
  return energy;
}

WellChain::WellChain(const QuarticWell& well,
                     const WellBond& bond,
                     Index num_sites)
    : well_(well), bond_(bond), num_sites_(num_sites) {
  const double reach = well.reach();
  // Minus the second derivative of the log of a site's conditional density: the
  // well's, and the bond's on either side (a message is a mixture of bonds,
  // whose log is at least as convex as its parts are concave).
  const double bond_curvature =
      2 * bond.coupling +
      (2 * bond.quartic + std::abs(bond.sine)) * reach * reach;
  curvature_ = well.MaximumCurvature() + 2 * bond_curvature;
  width_ = kRefinement * CellWidth(curvature_);
  const Index half = static_cast<Index>(std::ceil(reach / width_));
  grid_ = width_ * Eigen::ArrayXd::LinSpaced(2 * half + 1,
                                             static_cast<double>(-half),
                                             static_cast<double>(half));
  well_log_density_ = -well.Energies(grid_);
  ComputeMessages();
}

void WellChain::ComputeMessages() {
  Matrix kernel(grid_.size(), grid_.size());
  for (Index j = 0; j < grid_.size(); ++j) {
    kernel.col(j) = (-bond_.Energies(grid_[j], grid_)).exp();
  }
  weighted_.push_back(well_log_density_);
  Vector shape = Vector::Ones(grid_.size());  // the message over its largest
  double log_scale = 0;                       // log of that largest
  Index num_repeated = 0;
  for (Index site = num_sites_ - 2; site >= 0; --site) {
    const Vector& next = weighted_.back();
    const double largest = next.maxCoeff();
    Vector message = kernel * (next.array() - largest).exp().matrix();
    const double total = message.maxCoeff();
    message /= total;
    const double next_scale = largest + std::log(total);
    growth_ = next_scale - log_scale;
    log_scale = next_scale;
    const bool converged = (message - shape).cwiseAbs().maxCoeff() < kConverged;
    shape.swap(message);
    weighted_.emplace_back(
        well_log_density_ +
        (shape.cwiseMax(kSmallestMessage).array().log() + log_scale).matrix());
    if (converged) {
      num_repeated = site;
      break;
    }
    if (weighted_.size() > kMaximumMessages) return;
  }
  log_evidence_ = LogSumExp(weighted_.back()) +
                  static_cast<double>(num_sites_) * std::log(width_) +
                  static_cast<double>(num_repeated) * growth_;
}

const Vector& WellChain::Weighted(Index site) const {
  const std::size_t distance = static_cast<std::size_t>(num_sites_ - 1 - site);
  return weighted_[std::min(distance, weighted_.size() - 1)];
}

bool WellChain::IsRepeated(Index site) const {
  return num_sites_ - 1 - site >= static_cast<Index>(weighted_.size());
}

double WellChain::LogMessage(Index site, double x) const {
  if (site == num_sites_ - 1) return 0;
  const Vector terms = Weighted(site + 1).array() - bond_.Energies(x, grid_);
  return LogSumExp(terms);
}

void WellChain::Sample(RandomStream& stream, VectorRef x) const {
  CellProposal proposal;
  for (Index site = 0; site < num_sites_; ++site) {
    Vector log_density = Weighted(site);
    // A repeated message is its own successor up to the growth of one site.
    if (IsRepeated(site)) log_density.array() += growth_;
    if (site > 0) log_density.array() -= bond_.Energies(x[site - 1], grid_);
    proposal.Reset(grid_[0], width_, curvature_, log_density);
    x[site] = proposal.Draw(stream, [&](double y) {
      double value = -well_.Energy(y) + LogMessage(site, y);
      if (site > 0) {
        const double left = x[site - 1];
        const double difference = left - y;
        value -= bond_.coupling * difference * difference +
                 bond_.quartic * left * left * y * y +
                 bond_.sine * std::sin(left * y);
      }
      return value;
    });
  }
}

}  // namespace ttflow
