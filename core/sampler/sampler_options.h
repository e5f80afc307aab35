// SamplerOptions: everything a user may set about a run, as a plain struct.
//
// core/sampler/option_table lists every field with its dotted path, meaning,
// default, range and unit; validation, help, documentation and the proto's
// comments follow from that table.

#ifndef TTFLOW_CORE_SAMPLER_SAMPLER_OPTIONS_H_
#define TTFLOW_CORE_SAMPLER_SAMPLER_OPTIONS_H_

#include <cstdint>
#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/types.h"
#include "core/foundation/violations.h"
#include "core/moves/move.h"
#include "core/particles/resampling.h"
#include "core/transport/fit.h"

namespace ttflow {

enum class FlowMode { kAuto, kOn, kOff };
enum class BaseKind { kAuto, kGaussian, kStudentT };
// kNone: stages without moves; the pilot keeps its own.
enum class MoveChoice { kAuto, kMala, kHmc, kNone };
enum class CoordinateKind { kAuto, kDiagonal, kWhitened };

struct BaseOptions {
  BaseKind kind = BaseKind::kAuto;
  std::vector<double> mean;       // [d], or one value for all, or empty: found
  std::vector<double> scale;      // [d], or one value for all, or empty: found
  double degrees_of_freedom = 5;  // Student-t only
};

struct ScheduleOptions {
  double conditional_ess = 0.95;  // wanted a stage
  Index max_stages = 2000;        // a pass fails beyond
};

struct ResamplingOptions {
  ResamplingScheme scheme = ResamplingScheme::kSystematic;
  double ess_threshold = 0.5;  // resample where the ESS fraction falls below
};

struct MoveOptions {
  MoveChoice kind = MoveChoice::kAuto;
  int count = 0;        // applications a stage; 0: chosen
  int final_count = 2;  // more of them at t = 1
  int num_leapfrog_steps = 5;
  double target_acceptance = 0;  // 0: 0.6 for MALA, 0.75 for HMC
  double log_step_spread = 0.5;  // HMC: width of the log-uniform step sizes
};

struct FlowOptions {
  FlowMode mode = FlowMode::kAuto;
  CoordinateKind coordinates = CoordinateKind::kAuto;
  FitOptions fit;
  double min_gain = 0.2;  // `auto`: least relative lengthening of the step
  double max_displacement = 0.6;  // dt |phi''| a substep
  int max_substeps = 8;
};

enum class DensityMode { kAuto, kOn, kOff };

// The search for a density of the target that can be drawn from.
struct DensityOptions {
  DensityMode mode = DensityMode::kAuto;  // auto: where flow.mode is auto
  Index num_particles = 1500;
  Index num_draws = 20000;  // most draws of the found density; as the samples
                            // need where those are more
  Index basis_size = 8;     // functions a coordinate of the squared train
  Index max_rank = 8;       // 1: products only
  bool look_ahead = true;   // try the target itself at early stages
  bool triangular = true;   // straighten hierarchies and curved valleys
  bool even = false;        // the energy is the same at x and -x
};

struct EvidenceOptions {
  double wanted_error = 0;  // standard error of log Z to draw for; 0: the
                            // default aim, within density.num_draws
  int frozen_batches =
      0;  // independent runs of the Model after the pass; 0: as samples need
};

struct SamplerOptions {
  Index num_samples = 2000;
  Index num_particles = 0;  // 0: chosen from the dimension
  std::uint64_t seed = 0;
  BaseOptions base;
  ScheduleOptions schedule;
  ResamplingOptions resampling;
  MoveOptions moves;
  FlowOptions flow;
  DensityOptions density;
  EvidenceOptions evidence;
  std::int64_t max_energy_evaluations = 0;  // 0: no limit
  double max_seconds = 0;                   // 0: no limit
};

// Returns every fault of the options for a target of `dimension`.
Violations ValidateOptions(const SamplerOptions& options, Index dimension);

// Returns the options with every "0: chosen" and "auto" that does not depend on
// the particles replaced by its value: what is echoed in the job.
SamplerOptions EffectiveOptions(const SamplerOptions& options, Index dimension);

// What a run will need, before it starts.
struct ResourceEstimate {
  std::int64_t memory_bytes = 0;  // peak, particles, fit tables and samples
  std::int64_t num_energy_evaluations = 0;  // order of magnitude
};
ResourceEstimate EstimateResources(const SamplerOptions& options,
                                   Index dimension);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_SAMPLER_OPTIONS_H_
