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
  Index num_draws() const { return filled_; }
  // Standard error of log Z by the draws so far.
  double StandardError() const;

  // Goes on for `count` further draws. How many depends on the weights so far:
  // that biases the mean weight by a share of its variance, far below its
  // error.
  void Extend(Index count);
  // Ends with the draws so far, of which there must be some.
  void Stop();

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
