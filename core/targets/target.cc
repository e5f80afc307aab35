#include "core/targets/target.h"

namespace ttflow {

std::optional<Matrix> Target::SampleExactly(Index /*count*/,
                                            const RandomKey& /*key*/) const {
  return std::nullopt;
}

}  // namespace ttflow
