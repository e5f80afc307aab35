// Sampler: a whole run, one stage a step, and draws from a trained Model.
//
//   ASSIGN_OR_RETURN(auto sampler, Sampler::Create(energy, options, executor));
//   while (!sampler->done()) {
//     RETURN_IF_ERROR(sampler->Step(interrupter));   // one stage
//     Report(sampler->stages().back());
//   }
//   SampleResult result = sampler->TakeResult();
//   auto model = sampler->model();    // keep it, draw from it later

#ifndef TTFLOW_CORE_SAMPLER_SAMPLER_H_
#define TTFLOW_CORE_SAMPLER_SAMPLER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/energy/energy.h"
#include "core/foundation/executor.h"
#include "core/foundation/interrupter.h"
#include "core/sampler/model.h"
#include "core/sampler/summary.h"

namespace ttflow {

// What to draw from a trained Model.
struct DrawOptions {
  Index num_samples = 2000;
  Index num_particles = 0;  // a batch; 0: as many as the Model was trained with
  std::uint64_t seed = 0;
};

// Runs the stages of a job. Returns to its caller after every stage; must not
// be used from two threads at once.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // A run that trains: finds a base, searches a density of the target and draws
  // from it. Where that is off or finds none worth drawing from, plans and
  // executes a pass to t = 1, then as many frozen batches of the Model as the
  // samples ask for. `executor` must outlive the sampler.
  // Errors: kInvalidArgument with the first violation where ValidateOptions
  //         finds one.
  static absl::StatusOr<std::unique_ptr<Sampler>> Create(
      std::shared_ptr<const Energy> energy,
      const SamplerOptions& options,
      const Executor& executor);

  // A run of fresh draws of the model's density, or of frozen batches on fresh
  // particles where it has none: unbiased estimates of Z and further samples;
  // plans nothing.
  // Errors: kInvalidArgument where the dimensions differ, the model is empty or
  //         `options` ask for no sample.
  static absl::StatusOr<std::unique_ptr<Sampler>> CreateDraw(
      std::shared_ptr<const Energy> energy,
      std::shared_ptr<const Model> model,
      const DrawOptions& options,
      const Executor& executor);

  // Runs the next stage (the first call also finds the base). Errors: the
  // interrupter's or the energy's status; kFailedPrecondition where the run
  // cannot go on (all weights zero, too many stages, evaluations spent), with a
  // message for the user. After an error the sampler is finished.
  virtual absl::Status Step(Interrupter& interrupter) = 0;

  virtual bool done() const = 0;

  // Every executed stage so far, in order.
  virtual const std::vector<StageInfo>& stages() const = 0;

  // Share of the work done, in [0, 1]: annealing time within the search or the
  // passes planned, draws within those wanted.
  virtual double progress() const = 0;

  // Requires done(). The samples are moved out: call once.
  virtual SampleResult TakeResult() = 0;

  // The trained flow; null until the search has found a density or the training
  // pass has reached t = 1.
  virtual std::shared_ptr<const Model> model() const = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_SAMPLER_H_
