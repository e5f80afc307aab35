#include "core/sampler/local_repair.h"

#include <algorithm>
#include <cmath>

#include "core/foundation/status_macros.h"
#include "core/math/weighted_moments.h"
#include "core/moves/independence.h"
#include "core/moves/move.h"
#include "core/moves/step_size_adaptation.h"

namespace ttflow {
namespace {

constexpr double kBlockAcceptance = 0.4;
constexpr double kMoveAcceptance = 0.6;

}  // namespace

LocalRepair::LocalRepair(Index dimension)
    : dimension_(dimension),
      block_size_(0.5 * static_cast<double>(dimension)) {}

absl::Status LocalRepair::RedrawBlock(const SquaredTrainDensity& train,
                                      double t,
                                      TemperedEnergy& energy,
                                      const RandomKey& key,
                                      std::uint32_t stream,
                                      Particles& particles) {
  if (dimension_ < 2) return absl::OkStatus();
  const auto most = static_cast<double>(dimension_);
  TTFLOW_ASSIGN_OR_RETURN(const double rate,
                          RedrawBlocks(train,
                                       static_cast<Index>(std::clamp(
                                           std::round(block_size_), 1.0, most)),
                                       t,
                                       energy,
                                       key,
                                       stream,
                                       particles));
  block_size_ = std::clamp(
      block_size_ * std::exp(1.5 * (rate - kBlockAcceptance)), 1.0, most);
  return absl::OkStatus();
}

absl::Status LocalRepair::Move(double t,
                               TemperedEnergy& energy,
                               const RandomKey& key,
                               Particles& particles,
                               StageInfo& info) {
  MoveSettings settings;
  settings.kind = MoveKind::kMala;
  settings.count = 1;
  settings.step_size =
      step_size_ * std::pow(static_cast<double>(dimension_), -1.0 / 6);
  const Vector equal =
      Vector::Constant(particles.num_particles(),
                       1 / static_cast<double>(particles.num_particles()));
  settings.scale = WeightedVariance(particles.position, equal)
                       .cwiseSqrt()
                       .array()
                       .max(1e-12);
  TTFLOW_ASSIGN_OR_RETURN(
      const MoveInfo moved,
      GetMove(settings.kind).Apply(settings, t, energy, key, 0, particles));
  info.acceptance_rate = moved.acceptance_rate;
  info.step_size = settings.step_size;
  step_size_ =
      AdaptStepSize(step_size_, moved.acceptance_rate, kMoveAcceptance, 1.0);
  return absl::OkStatus();
}

}  // namespace ttflow
