#include "core/sampler/target_search.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/coordinates/triangular_fit.h"
#include "core/density/even_density.h"
#include "core/density/mapped_density.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/path/mapped_energy.h"
#include "core/path/tempered_energy.h"
#include "core/sampler/wide_base.h"

namespace ttflow {
namespace {

// Weights of the first points lean towards the target by so much.
constexpr double kFlattening = 0.3;
// The choice of drivers looks at every pair of coordinates.
constexpr Index kMostMappedCoordinates = 64;
// The first points may see a part of a driver's range alone; those of the base
// in straight coordinates see more. A map is found again until it straightens
// those so well.
constexpr int kMostMaps = 3;
// What a base costs at most, about.
constexpr Index kBaseEvaluations = 4500;
constexpr double kStraight = 0.003;
// Energies that modes in straight coordinates may cost.
constexpr std::int64_t kMappedModes = 3072;
// Points at which an energy is checked to be even, and how nearly.
constexpr Index kEvenChecks = 16;
constexpr double kEvenTolerance = 1e-6;

// Adds the mirror images of the modes that are not among them.
void AddMirrored(std::vector<Mode>& modes) {
  const std::size_t count = modes.size();
  for (std::size_t k = 0; k < count; ++k) {
    Mode image = modes[k];
    image.position = -image.position;
    if (FindSameMode(modes, image.position) == nullptr) {
      modes.push_back(std::move(image));
    }
  }
}

}  // namespace

TargetSearch::TargetSearch(const DensityOptions& options,
                           const BaseParameters& base,
                           CountingEnergy& energy,
                           const EvaluationBudget& budget,
                           const RandomKey& key,
                           const Executor& executor)
    : options_(options),
      base_(MakeBase(base)),
      energy_(energy),
      budget_(budget),
      stated_(energy.shared_energy()),
      key_(key),
      executor_(executor) {}

TargetSearch::~TargetSearch() {
  if (map_ != nullptr) energy_.Restate(stated_);
}

Index TargetSearch::NextEvaluations() const {
  if (search_.has_value()) return search_->NextEvaluations();
  return DensitySearch(options_, *base_, energy_, key_, executor_)
             .NextEvaluations() +
         (options_.even ? kEvenChecks : 0);
}

absl::StatusOr<PointSet> TargetSearch::DrawFirst(int round,
                                                 Interrupter& interrupter) {
  TemperedEnergy tempered(*base_, energy_, executor_, interrupter);
  return DrawPoints(*base_,
                    options_.num_particles,
                    key_.AtStage(static_cast<std::uint32_t>(round), 0),
                    0,
                    tempered);
}

std::optional<TriangularMap> TargetSearch::FindMap(
    const PointSet& first) const {
  RecentPoints recent;
  recent.Keep(first);
  const PooledPoints pool = recent.FlattenedPool(kFlattening);
  const Matrix& gradient = pool.batch.target_gradient;
  if (map_ == nullptr) {
    return FindTriangularMap(pool.position, pool.weights, gradient, executor_);
  }
  if (LargestMisfit(*map_, pool.position, pool.weights, gradient) < kStraight) {
    return std::nullopt;
  }
  const Matrix x = map_->Invert(pool.position);
  return FindTriangularMap(
      x, pool.weights, map_->GradientBack(x, gradient), executor_);
}

absl::Status TargetSearch::CheckEven(const PointSet& first,
                                     Interrupter& interrupter) {
  Vector mirrored;
  const Index count = std::min(kEvenChecks, first.size());
  TTFLOW_RETURN_IF_ERROR(energy_.Evaluate(
      -first.position.topRows(count), mirrored, nullptr, interrupter));
  for (Index i = 0; i < count; ++i) {
    const double energy = first.batch.target_energy[i];
    if (!std::isfinite(energy) && !std::isfinite(mirrored[i])) continue;
    if (!(std::abs(energy - mirrored[i]) <=
          kEvenTolerance * (1 + std::abs(energy)))) {
      return absl::FailedPreconditionError(absl::StrCat(
          "density.even: the energy is ",
          energy,
          " at a point x and ",
          mirrored[i],
          " at -x; leave the option out, or shift the coordinates so that the "
          "centre of symmetry is at zero"));
    }
  }
  return absl::OkStatus();
}

absl::Status TargetSearch::Start(Interrupter& interrupter) {
  const Index first_step = NextEvaluations();
  TTFLOW_ASSIGN_OR_RETURN(PointSet first, DrawFirst(0, interrupter));
  if (options_.even) {
    TTFLOW_RETURN_IF_ERROR(CheckEven(first, interrupter));
  }
  const bool tries =
      options_.triangular && base_->dimension() <= kMostMappedCoordinates;
  for (int round = 1; tries && round <= kMostMaps; ++round) {
    if (!budget_.Check(kBaseEvaluations + first_step).ok()) break;
    std::optional<TriangularMap> map = FindMap(first);
    if (!map.has_value()) break;
    map_ = std::make_shared<const TriangularMap>(*std::move(map));
    energy_.Restate(std::make_shared<const MappedEnergy>(stated_, map_));
    const RandomKey key = key_.AtStage(static_cast<std::uint32_t>(round), 0);
    TTFLOW_ASSIGN_OR_RETURN(
        BaseParameters straight,
        FindWideBase(energy_, BaseOptions(), key, interrupter));
    TTFLOW_RETURN_IF_ERROR(WidenToModes(energy_, key, interrupter, straight));
    base_ = MakeBase(straight);
    TTFLOW_ASSIGN_OR_RETURN(first, DrawFirst(round, interrupter));
  }
  search_.emplace(options_, *base_, energy_, key_, executor_);
  search_->StartFrom(std::move(first));
  std::int64_t for_modes =
      (budget_.Remaining() - search_->NextEvaluations()) / 2;
  // A map has been looked for with as much; modes are not told in its
  // coordinates.
  if (map_ != nullptr) for_modes = std::min(for_modes, kMappedModes);
  search_->AllowForModes(for_modes);
  return absl::OkStatus();
}

absl::Status TargetSearch::Step(Interrupter& interrupter, StageInfo& info) {
  if (!search_.has_value()) TTFLOW_RETURN_IF_ERROR(Start(interrupter));
  return search_->Step(interrupter, info);
}

FoundDensity TargetSearch::Found() const {
  if (!search_.has_value()) return {};
  FoundDensity found = search_->found();
  if (map_ != nullptr) {
    // Minima in straight coordinates are none in the user's.
    found.modes.clear();
    if (found.density != nullptr) {
      found.density =
          std::make_shared<const MappedDensity>(map_, std::move(found.density));
    }
  }
  if (options_.even && found.density != nullptr) {
    found.density =
        std::make_shared<const EvenDensity>(std::move(found.density));
    // Other routes may have seen one half alone.
    found.routes.clear();
    AddMirrored(found.modes);
  }
  return found;
}

Matrix TargetSearch::Position() const {
  TTFLOW_CHECK(done());
  return map_ != nullptr ? map_->Invert(search_->position())
                         : search_->position();
}

}  // namespace ttflow
