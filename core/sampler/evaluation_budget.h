// Evaluation budget: the user's limit on energy evaluations, asked ahead.

#ifndef TTFLOW_CORE_SAMPLER_EVALUATION_BUDGET_H_
#define TTFLOW_CORE_SAMPLER_EVALUATION_BUDGET_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/energy/counting_energy.h"

namespace ttflow {

// Compares what is needed next with what `energy` has counted so far.
class EvaluationBudget {
 public:
  // `most` energies in all (max_energy_evaluations), 0 for no limit. `energy`
  // must outlive the object.
  EvaluationBudget(std::int64_t most, const CountingEnergy& energy);

  // Errors: kFailedPrecondition where `needed` further energies are beyond the
  // limit, with a message for the user.
  absl::Status Check(std::int64_t needed) const;

  // How many energies are left; the largest integer without a limit.
  std::int64_t Remaining() const;

 private:
  std::int64_t most_;
  const CountingEnergy& energy_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_EVALUATION_BUDGET_H_
