// eight_schools: effects of coaching in eight schools, a hierarchical model.
//
//   mu ~ N(0, 5^2);  tau ~ half-Cauchy(5);  theta_i ~ N(mu, tau^2);
//   y_i ~ N(theta_i, sigma_i^2), i = 1 .. 8
//
// E(x) = -log of the joint density of data and parameters, the Jacobian tau of
// log tau included. Coordinates: mu, log tau, then eight: eta_i with theta_i =
// mu + tau eta_i, or theta_i itself when centred.
//
// Truth:   log Z = log p(y) = -31.3113 in both forms: given tau all is normal,
//          which leaves a quadrature in log tau; exact draws by rejection in
//          tau. log tau has mean 0.802 and 5 % quantile -1.403.
// Why:     a posterior with heavy tails; centred, it has a funnel's neck.
// Source:  Rubin (1981), Estimation in parallel randomized experiments; Gelman
//          et al., Bayesian Data Analysis, section 5.5, with proper priors.

#ifndef TTFLOW_CORE_TARGETS_EIGHT_SCHOOLS_H_
#define TTFLOW_CORE_TARGETS_EIGHT_SCHOOLS_H_

#include <memory>
#include <optional>

#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class EightSchools final : public Target {
 public:
  explicit EightSchools(bool centered) : centered_(centered) {}

  Index dimension() const override { return 10; }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;
  std::optional<double> LogEvidence() const override;
  std::optional<Matrix> SampleExactly(Index count,
                                      const RandomKey& key) const override;

 private:
  bool centered_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema EightSchoolsSchema();
std::shared_ptr<const Target> MakeEightSchools(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_EIGHT_SCHOOLS_H_
