// The targets of sampler_accuracy for another process: energies, gradients,
// exact samples and scores over a pipe, so that peers see the very same
// functions and are counted alike.
//
//   target_pipe LABEL DATA
//
// Speaks once at the start: dimension (int64) and log Z (double, NaN where it
// is unknown). A request is a command (int64) and a count n (int64), integers
// and doubles in the machine's order:
//
//   0  n points [n, d]               -> n energies
//   1  n points [n, d]               -> n energies, gradients [n, d]
//   2  n samples [n, d]              -> their energy distance to 2000 exact
//                                      ones, NaN where there are none
//   3  a run of ttflow's defaults of seed n
//        -> error of log Z, reported error, energy distance, evaluations,
//           seconds
//
// A closed pipe ends it.

#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "core/math/energy_distance.h"
#include "tests/benchmarks/accuracy_cases.h"
#include "tests/benchmarks/score.h"

namespace ttflow::benchmarks {
namespace {

enum Command : std::int64_t {
  kEnergies = 0,
  kGradients = 1,
  kEnergyDistance = 2,
  kRun = 3,
};

constexpr Index kExactSamples = 2000;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

template <typename T>
bool Read(T* values, std::int64_t count) {
  const auto n = static_cast<std::size_t>(count);
  return std::fread(values, sizeof(T), n, stdin) == n;
}

template <typename T>
void Write(const T* values, std::int64_t count) {
  std::fwrite(values, sizeof(T), static_cast<std::size_t>(count), stdout);
}

// Rows as the pipe has them.
using Rows =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

bool ReadRows(Index n, Index d, Matrix& x) {
  Rows rows(n, d);
  if (!Read(rows.data(), rows.size())) return false;
  x = rows;
  return true;
}

double DistanceToExact(const Target& target,
                       const Matrix& x,
                       const Executor& executor) {
  const auto exact = target.SampleExactly(kExactSamples, RandomKey(1));
  return exact.has_value() ? EnergyDistance(x, *exact, executor) : kUnknown;
}

int Serve(const AccuracyCase& item) {
  const Target& target = *item.target;
  const Executor executor(1);
  NullInterrupter interrupter;
  const std::int64_t d = target.dimension();
  const double log_evidence = target.LogEvidence().has_value()
                                  ? *target.LogEvidence()
                                  : item.reference.value_or(kUnknown);
  Write(&d, 1);
  Write(&log_evidence, 1);
  std::fflush(stdout);
  std::int64_t request[2];
  while (Read(request, 2)) {
    const std::int64_t n = request[1];
    if (request[0] == kEnergies || request[0] == kGradients) {
      Matrix x;
      if (!ReadRows(n, d, x)) return 1;
      Vector energy(n);
      Matrix gradient(n, d);
      MatrixRef gradient_ref = gradient;
      const bool wanted = request[0] == kGradients;
      if (!target
               .Evaluate(
                   x, energy, wanted ? &gradient_ref : nullptr, interrupter)
               .ok()) {
        return 1;
      }
      Write(energy.data(), n);
      if (wanted) {
        const Rows rows = gradient;
        Write(rows.data(), rows.size());
      }
    } else if (request[0] == kEnergyDistance) {
      Matrix x;
      if (!ReadRows(n, d, x)) return 1;
      const double distance = DistanceToExact(target, x, executor);
      Write(&distance, 1);
    } else if (request[0] == kRun) {
      const Run run = RunOnce(item.target,
                              SamplerOptions(),
                              static_cast<std::uint64_t>(n),
                              executor,
                              item.reference);
      const double scores[] = {run.log_evidence_error,
                               run.standard_error,
                               run.energy_distance,
                               run.evaluations,
                               run.seconds};
      Write(scores, 5);
    } else {
      std::fprintf(stderr, "unknown command\n");
      return 1;
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace ttflow::benchmarks

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: target_pipe LABEL DATA\n");
    return 2;
  }
  for (const auto& item : ttflow::benchmarks::AccuracyCases(argv[2])) {
    if (item.label == argv[1]) return ttflow::benchmarks::Serve(item);
  }
  std::fprintf(stderr, "no target %s\n", argv[1]);
  return 2;
}
