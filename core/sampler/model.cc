#include "core/sampler/model.h"

#include "core/density/gaussian.h"
#include "core/density/student_t.h"
#include "core/foundation/check.h"

namespace ttflow {

std::unique_ptr<Density> MakeBase(const BaseParameters& parameters) {
  switch (parameters.kind) {
    case BaseKind::kGaussian:
      return std::make_unique<GaussianDensity>(parameters.mean,
                                               parameters.scale);
    case BaseKind::kStudentT:
      return std::make_unique<StudentTDensity>(
          parameters.mean, parameters.scale, parameters.degrees_of_freedom);
    case BaseKind::kAuto:
      break;
  }
  TTFLOW_CHECK(false);  // `auto` is resolved before a model is made
  return nullptr;
}

}  // namespace ttflow
