// energy_distance: how far delivered samples are from exact ones.
//
//   energy_distance SAMPLES.npy TARGET [DIMENSION [SEED]]
//
// Prints the energy distance between at most 2000 rows of SAMPLES.npy (float64
// [M, d], row-major, as `ttflow run --out` writes it) and as many exact samples
// of a built-in target at its default parameters, and next to it the mean of
// the same between pairs of exact sets: what a perfect sampler would get.

#include "core/math/energy_distance.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/output/npy.h"
#include "core/foundation/executor.h"
#include "core/foundation/random.h"
#include "core/foundation/status_macros.h"
#include "core/foundation/violations.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

constexpr Index kPoints = 2000;
constexpr int kExactPairs = 8;

// Returns the first `max_rows` rows of a file; a message for the user if it
// fails.
absl::StatusOr<Matrix> ReadSamples(const std::string& path, Index max_rows) {
  TTFLOW_ASSIGN_OR_RETURN(const client::NpyArray array, client::ReadNpy(path));
  if (array.shape.size() != 2 || array.shape[0] < 1 || array.shape[1] < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not of shape [M, d]"));
  }
  const Index columns = array.shape[1];
  const Index rows = std::min<Index>(array.shape[0], max_rows);
  using RowMajor =
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Matrix(Eigen::Map<const RowMajor>(array.values.data(), rows, columns));
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments.size() > 4) {
    std::fprintf(
        stderr,
        "usage: energy_distance SAMPLES.npy TARGET [DIMENSION [SEED]]\n");
    return 2;
  }
  const absl::StatusOr<Matrix> samples = ReadSamples(arguments[0], kPoints);
  if (!samples.ok()) {
    std::fprintf(stderr,
                 "energy_distance: %s\n",
                 std::string(samples.status().message()).c_str());
    return 1;
  }
  const Index dimension =
      arguments.size() > 2 ? std::atol(arguments[2].c_str()) : 0;
  const std::uint64_t seed =
      arguments.size() > 3 ? std::strtoull(arguments[3].c_str(), nullptr, 10)
                           : 1;

  Violations violations;
  const std::shared_ptr<const Target> target =
      MakeTarget(arguments[1], dimension, {}, violations);
  if (target == nullptr) {
    for (const Violation& violation : violations.items()) {
      std::fprintf(stderr,
                   "energy_distance: %s: %s\n",
                   violation.field.c_str(),
                   violation.description.c_str());
    }
    return 1;
  }
  if (target->dimension() != samples->cols()) {
    std::fprintf(
        stderr,
        "energy_distance: the samples have %td columns, the target %td\n",
        samples->cols(),
        target->dimension());
    return 1;
  }
  const RandomKey key(seed);
  std::vector<Matrix> exact;
  for (std::uint32_t set = 0; set < 2 * kExactPairs; ++set) {
    std::optional<Matrix> draws =
        target->SampleExactly(samples->rows(), key.AtStage(0, set));
    if (!draws) {
      std::fprintf(stderr,
                   "energy_distance: this target has no exact sampler\n");
      return 1;
    }
    exact.push_back(*std::move(draws));
  }
  const Executor executor;
  double reached = 0;
  double perfect = 0;
  for (std::size_t pair = 0; pair < kExactPairs; ++pair) {
    reached +=
        EnergyDistance(*samples, exact[2 * pair], executor) / kExactPairs;
    perfect += EnergyDistance(exact[2 * pair], exact[2 * pair + 1], executor) /
               kExactPairs;
  }
  std::printf("points %td\n", samples->rows());
  std::printf("energy_distance %.4g\n", reached);
  std::printf("energy_distance_exact %.4g\n", perfect);
  return 0;
}

}  // namespace
}  // namespace ttflow

int main(int argc, char** argv) {
  return ttflow::Run(std::vector<std::string>(argv + 1, argv + argc));
}
