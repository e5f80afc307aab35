#include "core/energy/counting_energy.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

// Work between two questions to the interrupter, in nanoseconds of nominal cost
// on one thread: short enough for a prompt cancel, long enough that starting
// the threads costs nothing beside it.
constexpr double kGroupCostNs = 4e6;
constexpr Index kMaximumBatchesPerThread = 16;

// The energy's preferred batch, in whole cache lines of rows where it is large,
// so that a batch starts at the alignment of its column.
Index BatchSize(const EnergyTraits& traits) {
  const Index preferred = std::max<Index>(1, traits.preferred_batch);
  return preferred < 64 ? preferred : (preferred + 63) / 64 * 64;
}

Index BatchesPerGroup(const EnergyTraits& traits,
                      Index batch,
                      int num_threads) {
  const double batch_cost =
      std::max(1.0, traits.nominal_cost_ns) * static_cast<double>(batch);
  const double fitting = std::min(
      kGroupCostNs / batch_cost, static_cast<double>(kMaximumBatchesPerThread));
  return num_threads * std::max<Index>(1, static_cast<Index>(fitting));
}

// Gives points without a finite energy or gradient the energy +infinity and the
// gradient zero; returns their number.
std::int64_t CleanUp(VectorRef energy, MatrixRef* gradient) {
  // 0 * v is zero for a finite v and NaN for any other.
  Eigen::ArrayXd probe = 0.0 * energy.array();
  if (gradient != nullptr) {
    for (Index k = 0; k < gradient->cols(); ++k)
      probe += 0.0 * gradient->col(k).array();
  }
  std::int64_t count = 0;
  for (Index i = 0; i < energy.size(); ++i) {
    if (probe[i] == 0) continue;
    ++count;
    energy[i] = std::numeric_limits<double>::infinity();
    if (gradient != nullptr) gradient->row(i).setZero();
  }
  return count;
}

// What one batch reports back.
struct BatchResult {
  absl::Status status;
  std::int64_t num_nonfinite = 0;
};

}  // namespace

CountingEnergy::CountingEnergy(std::shared_ptr<const Energy> energy,
                               const Executor& executor)
    : energy_(std::move(energy)), executor_(executor) {}

void CountingEnergy::Restate(std::shared_ptr<const Energy> energy) {
  TTFLOW_CHECK(energy->dimension() == energy_->dimension());
  energy_ = std::move(energy);
}

absl::Status CountingEnergy::Evaluate(const ConstMatrixRef& x,
                                      Vector& energy,
                                      Matrix* gradient,
                                      Interrupter& interrupter) {
  const EnergyTraits traits = energy_->Traits();
  if (x.cols() != dimension()) {
    return absl::InvalidArgumentError(
        absl::StrCat("points have ",
                     x.cols(),
                     " coordinates, the energy has ",
                     dimension()));
  }
  if (gradient != nullptr && !traits.has_gradient) {
    return absl::FailedPreconditionError("the energy has no gradient");
  }
  energy.resize(x.rows());
  if (gradient != nullptr) gradient->resize(x.rows(), x.cols());

  const Index batch = BatchSize(traits);
  const Index num_batches = (x.rows() + batch - 1) / batch;
  const Index group =
      traits.thread_safe
          ? BatchesPerGroup(traits, batch, executor_.num_threads())
          : 1;
  std::vector<BatchResult> results(static_cast<std::size_t>(group));

  const auto evaluate = [&](Index b, Interrupter& batch_interrupter) {
    const Index begin = b * batch;
    const Index rows = std::min(batch, x.rows() - begin);
    BatchResult result;
    VectorRef batch_energy = energy.segment(begin, rows);
    if (gradient == nullptr) {
      result.status = energy_->Evaluate(
          x.middleRows(begin, rows), batch_energy, nullptr, batch_interrupter);
      if (result.status.ok())
        result.num_nonfinite = CleanUp(batch_energy, nullptr);
    } else {
      MatrixRef batch_gradient = gradient->middleRows(begin, rows);
      result.status = energy_->Evaluate(x.middleRows(begin, rows),
                                        batch_energy,
                                        &batch_gradient,
                                        batch_interrupter);
      if (result.status.ok())
        result.num_nonfinite = CleanUp(batch_energy, &batch_gradient);
    }
    return result;
  };

  for (Index first = 0; first < num_batches; first += group) {
    TTFLOW_RETURN_IF_ERROR(interrupter.Check());
    const Index count = std::min(group, num_batches - first);
    if (traits.thread_safe) {
      // Other threads must not ask the caller's interrupter; the group is
      // short.
      executor_.ForEach(count, [&](Index i) {
        NullInterrupter never;
        results[static_cast<std::size_t>(i)] = evaluate(first + i, never);
      });
    } else {
      results[0] = evaluate(first, interrupter);
    }
    // All batches of the group have run: all are counted, the first error wins.
    absl::Status status;
    for (Index i = 0; i < count; ++i) {
      const BatchResult& result = results[static_cast<std::size_t>(i)];
      if (!result.status.ok()) {
        if (status.ok()) status = result.status;
        continue;
      }
      const Index rows = std::min(batch, x.rows() - (first + i) * batch);
      counts_.num_energy_evaluations += rows;
      if (gradient != nullptr) counts_.num_gradient_evaluations += rows;
      counts_.num_nonfinite += result.num_nonfinite;
    }
    TTFLOW_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace ttflow
