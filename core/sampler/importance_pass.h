// ImportancePass: independent draws of a found density, weighted to the target.

#ifndef TTFLOW_CORE_SAMPLER_IMPORTANCE_PASS_H_
#define TTFLOW_CORE_SAMPLER_IMPORTANCE_PASS_H_

#include <memory>

#include "absl/status/status.h"
#include "core/density/density.h"
#include "core/energy/counting_energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/sampler/summary.h"

namespace ttflow {

// Returns how many draws give a standard error of log Z of about
// kWantedEvidenceError at an ESS fraction of `ess_fraction`, within [least,
// most], and at least as many as `num_samples` equally weighted samples need.
inline constexpr double kWantedEvidenceError = 0.0015;
Index ChooseNumDraws(double ess_fraction,
                     Index least,
                     Index most,
                     Index num_samples);

// Draws in batches, one a step. The density is fixed before, so that the mean
// weight is an unbiased estimate of Z.
class ImportancePass {
 public:
  static constexpr Index kBatch = 4096;

  // Random: draws of the density under `key`.
  ImportancePass(std::shared_ptr<const Density> density,
                 Index num_draws,
                 const RandomKey& key);

  // Number of energies that the next step asks for.
  Index NextBatch() const;
  // Draws and evaluates one batch; describes it in `info`. Errors: the
  // energy's and the interrupter's.
  absl::Status Step(CountingEnergy& energy,
                    const Executor& executor,
                    Interrupter& interrupter,
                    StageInfo& info);
  bool done() const { return filled_ == position_.rows(); }
  double progress() const;

  // Sets samples (num_samples equally weighted ones, resampled systematically
  // and in random order), particles, weights, evidence and coordinates of a
  // result. kFailedPrecondition where no draw has weight.
  absl::Status Finish(Index num_samples, SampleResult& result) &&;

 private:
  std::shared_ptr<const Density> density_;
  RandomKey key_;
  Matrix position_;
  Vector log_weight_;
  Index filled_ = 0;
  int batch_ = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_IMPORTANCE_PASS_H_
