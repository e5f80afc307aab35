#include "server/convert/job_spec_validation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/clip_text.h"
#include "server/convert/options_converter.h"
#include "server/convert/resource_names.h"
#include "server/convert/target_converter.h"

namespace ttflow::server {
namespace {

constexpr std::int32_t kDefaultNumSamples = 2000;
constexpr std::int32_t kMinDrawParticles = 64;
constexpr std::int32_t kMaxDrawParticles = 100'000'000;

void CheckLabels(const v1::JobSpec& spec,
                 const Limits& limits,
                 Violations& violations) {
  if (static_cast<int>(spec.labels().size()) > limits.max_labels) {
    violations.Add("labels",
                   absl::StrCat("has ",
                                spec.labels().size(),
                                " entries; at most ",
                                limits.max_labels));
  }
  const auto most = static_cast<std::size_t>(limits.max_label_bytes);
  for (const auto& [key, value] : spec.labels()) {
    if (key.empty() || key.size() > most || value.size() > most) {
      violations.Add(absl::StrCat("labels[\"", ClipText(key, most), "\"]"),
                     absl::StrCat("key and value have at most ",
                                  most,
                                  " bytes, the key at least one"));
    }
  }
}

// A dimension that nothing may be allocated for.
bool CheckDimension(std::int64_t dimension,
                    const std::string& field,
                    const Limits& limits,
                    Violations& violations) {
  if (dimension <= limits.max_dimension) return true;
  violations.Add(field,
                 absl::StrCat("is ",
                              dimension,
                              "; this server takes at most ",
                              limits.max_dimension));
  return false;
}

bool CheckTargetSize(const v1::TargetSpec& spec,
                     const Limits& limits,
                     Violations& violations) {
  if (spec.has_builtin()) {
    return CheckDimension(spec.builtin().dimension(),
                          "sample.target.builtin.dimension",
                          limits,
                          violations);
  }
  if (spec.has_mixture() && spec.mixture().components_size() > 0) {
    return CheckDimension(spec.mixture().components(0).mean_size(),
                          "sample.target.mixture.components[0].mean",
                          limits,
                          violations);
  }
  return true;
}

std::string InMebibytes(std::int64_t bytes) {
  return absl::StrCat((bytes + (1 << 20) - 1) >> 20, " MiB");
}

// What of a job its memory hangs on most.
std::string MemoryField(const SamplerOptions& options, bool draw) {
  if (options.num_samples > options.num_particles) return "num_samples";
  return draw ? "draw.num_particles" : "sample.options.num_particles";
}

void CheckMemory(const PreparedJob& job,
                 const SamplerOptions& options,
                 std::int64_t dimension,
                 bool draw,
                 const Limits& limits,
                 Violations& violations) {
  if (limits.max_job_memory_bytes <= 0 ||
      job.estimate.memory_bytes <= limits.max_job_memory_bytes) {
    return;
  }
  violations.Add(MemoryField(options, draw),
                 absl::StrCat("the job would need about ",
                              InMebibytes(job.estimate.memory_bytes),
                              " of memory (dimension ",
                              dimension,
                              ", ",
                              options.num_particles,
                              " particles, ",
                              options.num_samples,
                              " samples); this server gives a job at most ",
                              InMebibytes(limits.max_job_memory_bytes)));
}

void PrepareSample(const v1::SampleWork& work,
                   const Limits& limits,
                   PreparedJob& job,
                   Violations& violations) {
  Violations found;
  Violations faults_of_options;
  SamplerOptions options = OptionsFromProto(work.options(), faults_of_options);
  options.num_samples = job.effective.num_samples();
  options.seed = job.effective.seed();
  if (!work.has_target()) {
    found.Add("target", "is missing; say what to sample");
  } else if (CheckTargetSize(work.target(), limits, violations)) {
    Violations faults_of_target;
    job.target = EnergyFromProto(work.target(), faults_of_target);
    found.Append("target", faults_of_target);
  }
  // Without a target the lengths of lists cannot be checked, all else can.
  const Index dimension = job.target ? job.target->dimension() : 1;
  const Violations faults = ValidateOptions(options, dimension);
  for (const Violation& fault : faults.items()) {
    const bool depends_on_target =
        fault.field == "base.mean" || fault.field == "base.scale";
    // num_samples is the spec's, not the options'.
    if (fault.field == "num_samples") continue;
    if (job.target || !depends_on_target) {
      faults_of_options.Add(fault.field, fault.description);
    }
  }
  found.Append("options", faults_of_options);
  violations.Append("sample", found);
  if (!violations.empty() ||
      !CheckDimension(dimension, "sample.target", limits, violations)) {
    return;
  }
  job.options = EffectiveOptions(options, dimension);
  job.estimate = EstimateResources(job.options, dimension);
  *job.effective.mutable_sample()->mutable_options() =
      OptionsToProto(job.options);
  CheckMemory(job, job.options, dimension, false, limits, violations);
}

void PrepareDraw(const v1::DrawWork& work,
                 const v1::Flow* flow,
                 const Limits& limits,
                 PreparedJob& job,
                 Violations& violations) {
  Violations found;
  if (!ParseFlowName(work.flow())) {
    found.Add("flow",
              absl::StrCat("is '",
                           ClipText(work.flow(), 64),
                           "'; must be the name of a flow, flows/<id>"));
  }
  if (work.num_particles() != 0 && (work.num_particles() < kMinDrawParticles ||
                                    work.num_particles() > kMaxDrawParticles)) {
    found.Add("num_particles",
              absl::StrCat("is ",
                           work.num_particles(),
                           "; must be 0 (as trained) or between ",
                           kMinDrawParticles,
                           " and ",
                           kMaxDrawParticles));
  }
  violations.Append("draw", found);
  if (!violations.empty() || flow == nullptr) return;
  Violations faults_of_target;
  job.target = EnergyFromProto(flow->target(), faults_of_target);
  if (!job.target) {
    violations.Append("draw.flow.target", faults_of_target);
    return;
  }
  job.draw.num_samples = job.effective.num_samples();
  job.draw.seed = job.effective.seed();
  job.draw.num_particles =
      work.num_particles() > 0 ? work.num_particles() : flow->num_particles();
  job.effective.mutable_draw()->set_num_particles(
      static_cast<std::int32_t>(job.draw.num_particles));
  *job.effective.mutable_draw()->mutable_target() = flow->target();
  SamplerOptions as_options;
  as_options.num_samples = job.draw.num_samples;
  as_options.num_particles = job.draw.num_particles;
  as_options.flow.mode = FlowMode::kOff;
  job.estimate.memory_bytes =
      EstimateResources(as_options, job.target->dimension()).memory_bytes +
      flow->size_bytes();
  const Index n = job.draw.num_particles;
  const Index num_runs = n > 0 ? (job.draw.num_samples + n - 1) / n : 0;
  job.estimate.num_energy_evaluations = static_cast<std::int64_t>(
      static_cast<double>(num_runs * n) * flow->evaluations_per_particle());
  CheckMemory(
      job, as_options, job.target->dimension(), true, limits, violations);
}

}  // namespace

PreparedJob PrepareJob(const v1::JobSpec& spec,
                       const v1::Flow* flow,
                       std::uint64_t fresh_seed,
                       const Limits& limits,
                       Violations& violations) {
  PreparedJob job;
  job.effective = spec;
  if (!spec.has_num_samples()) {
    job.effective.set_num_samples(kDefaultNumSamples);
  }
  if (!spec.has_seed()) job.effective.set_seed(fresh_seed);
  const std::int64_t num_samples = job.effective.num_samples();
  if (num_samples < 1 || num_samples > limits.max_num_samples) {
    violations.Add("num_samples",
                   absl::StrCat("is ",
                                num_samples,
                                "; must be between 1 and ",
                                limits.max_num_samples));
  }
  CheckLabels(spec, limits, violations);
  switch (spec.work_case()) {
    case v1::JobSpec::kSample:
      PrepareSample(spec.sample(), limits, job, violations);
      break;
    case v1::JobSpec::kDraw:
      PrepareDraw(spec.draw(), flow, limits, job, violations);
      break;
    case v1::JobSpec::WORK_NOT_SET:
      violations.Add("work", "is missing; give `sample` or `draw`");
      break;
  }
  return job;
}

}  // namespace ttflow::server
