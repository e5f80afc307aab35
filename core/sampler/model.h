// Model: a trained flow as a value: base density and executed stage models.

#ifndef TTFLOW_CORE_SAMPLER_MODEL_H_
#define TTFLOW_CORE_SAMPLER_MODEL_H_

#include <memory>
#include <vector>

#include "core/density/density.h"
#include "core/sampler/sampler_options.h"
#include "core/sampler/stage_model.h"

namespace ttflow {

// A base density as plain numbers.
struct BaseParameters {
  BaseKind kind = BaseKind::kGaussian;  // kGaussian or kStudentT
  Vector mean;                          // [d]
  Vector scale;                         // [d], positive
  double degrees_of_freedom = 5;        // kStudentT
};

// Makes the density of a base: independent coordinates for a Gaussian, the
// multivariate Student-t for kStudentT.
std::unique_ptr<Density> MakeBase(const BaseParameters& parameters);

// Executing the stages on fresh draws of the base, or weighting draws of the
// density, gives unbiased estimates of Z: nothing in here depends on the
// particles that it will move.
struct Model {
  BaseParameters base;
  std::vector<StageModel> stages;
  // A density of the target itself, found in place of stages; or null.
  std::shared_ptr<const Density> density;
  double density_ess_fraction = 0;  // of its draws, as the search measured it
  Index num_particles = 0;          // of the pass that trained it

  Index dimension() const { return base.mean.size(); }
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_MODEL_H_
