#include "core/sampler/evaluation_budget.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace ttflow {

EvaluationBudget::EvaluationBudget(std::int64_t most,
                                   const CountingEnergy& energy)
    : most_(most), energy_(energy) {}

absl::Status EvaluationBudget::Check(std::int64_t needed) const {
  if (most_ == 0) return absl::OkStatus();
  const std::int64_t spent = energy_.counts().num_energy_evaluations;
  if (spent + needed <= most_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("max_energy_evaluations = ",
                   most_,
                   " does not suffice: ",
                   spent,
                   " are spent and the next stage needs ",
                   needed));
}

std::int64_t EvaluationBudget::Remaining() const {
  if (most_ == 0) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(
      0, most_ - energy_.counts().num_energy_evaluations);
}

}  // namespace ttflow
