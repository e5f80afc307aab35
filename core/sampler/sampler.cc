#include "core/sampler/sampler.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/sampler/bounded_sampler.h"
#include "core/sampler/tempered_sampler.h"

namespace ttflow {
namespace {

Index DivideRoundUp(Index a, Index b) { return (a + b - 1) / b; }

}  // namespace

absl::StatusOr<std::unique_ptr<Sampler>> Sampler::Create(
    std::shared_ptr<const Energy> energy,
    const SamplerOptions& options,
    const Executor& executor) {
  const Violations violations = ValidateOptions(options, energy->dimension());
  if (!violations.empty()) {
    const Violation& first = violations.items().front();
    return absl::InvalidArgumentError(
        absl::StrCat(first.field, " ", first.description));
  }
  const SamplerOptions effective =
      EffectiveOptions(options, energy->dimension());
  const Index num_frozen = std::max<Index>(
      effective.evidence.frozen_batches,
      DivideRoundUp(effective.num_samples, effective.num_particles) - 1);
  return MakeSamplerInBounds(std::move(energy), [&](auto unbounded) {
    return MakeTemperedSampler(
        std::move(unbounded), effective, nullptr, num_frozen, executor);
  });
}

absl::StatusOr<std::unique_ptr<Sampler>> Sampler::CreateDraw(
    std::shared_ptr<const Energy> energy,
    std::shared_ptr<const Model> model,
    const DrawOptions& options,
    const Executor& executor) {
  if (energy->dimension() != model->dimension()) {
    return absl::InvalidArgumentError(absl::StrCat("the flow has dimension ",
                                                   model->dimension(),
                                                   ", the target ",
                                                   energy->dimension()));
  }
  SamplerOptions run;
  run.num_samples = options.num_samples;
  run.num_particles =
      options.num_particles > 0 ? options.num_particles : model->num_particles;
  run.seed = options.seed;
  if (run.num_samples < 1 || run.num_particles < 1 ||
      (model->stages.empty() && model->density == nullptr)) {
    return absl::InvalidArgumentError(
        "a draw needs at least one sample, one particle and a trained flow");
  }
  const Index num_frozen = DivideRoundUp(run.num_samples, run.num_particles);
  return MakeSamplerInBounds(std::move(energy), [&](auto unbounded) {
    return MakeTemperedSampler(
        std::move(unbounded), run, std::move(model), num_frozen, executor);
  });
}

}  // namespace ttflow
