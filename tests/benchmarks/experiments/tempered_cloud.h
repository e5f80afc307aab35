// TemperedCloud: particles of a tempered density p_t, for fits away from a run.

#ifndef TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_TEMPERED_CLOUD_H_
#define TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_TEMPERED_CLOUD_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "core/foundation/executor.h"
#include "core/targets/target_registry.h"
#include "core/transport/fit.h"

namespace ttflow::benchmarks {

// Equally weighted particles in standardised coordinates u = (x - mean) / scale
// with all that a fit reads.
struct TemperedCloud {
  Matrix position;           // u [N, d]
  Vector weights;            // [N], all 1/N
  Matrix gradient;           // grad_u f_t [N, d]
  Vector energy_difference;  // h [N]
  std::vector<std::int8_t> fold;
  Eigen::RowVectorXd mean;   // [d], in x
  Eigen::RowVectorXd scale;  // [d]
  double pool_ess = 0;       // of the importance weights they were drawn by

  FitProblem problem() const {
    return {position, weights, gradient, energy_difference, fold};
  }
};

// The two clouds of one seed: to fit on and, independent, to judge by.
struct CloudPair {
  TemperedCloud training;
  TemperedCloud validation;  // in the coordinates of `training`
};

// Draws `count` particles each of p_t on the path from N(0, base_scale^2): by
// importance resampling from a pool of 16 times as many, half exact draws of
// the target and half of the base, then 60 MALA moves. Halves of a cloud share
// no pool point. The target must have an exact sampler and evidence.
CloudPair MakeCloudPair(const std::shared_ptr<const Target>& target,
                        double base_scale,
                        double t,
                        Index count,
                        std::uint64_t seed,
                        const Executor& executor);

// 1 - Var(h - div v + grad f_t . v) / Var(h) at a cloud that v was not fitted
// on; at least -1.
double ContinuityR2(const Velocity& velocity,
                    const TemperedCloud& cloud,
                    const Executor& executor);

}  // namespace ttflow::benchmarks

#endif  // TTFLOW_TESTS_BENCHMARKS_EXPERIMENTS_TEMPERED_CLOUD_H_
