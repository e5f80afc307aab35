#include "core/sampler/sampler_options.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/sampler/option_table.h"

namespace ttflow {
namespace {

constexpr Index kMaxSamples = 10'000'000;
constexpr Index kMinParticles = 64;
constexpr Index kManyCoordinates = 12;

std::string Path(std::string_view path) { return std::string(path); }

void CheckRow(const OptionRow& row,
              const SamplerOptions& options,
              Violations& violations) {
  for (const double value : row.values(options)) {
    if (row.type == OptionType::kChoice) {
      if (value < row.minimum || value > row.maximum) {
        violations.Add(Path(row.path),
                       "unknown choice; one of those listed by the options");
      }
      continue;
    }
    if (!std::isfinite(value)) {
      violations.Add(Path(row.path),
                     absl::StrCat("is ", value, "; must be finite"));
    } else if (value < row.minimum || value > row.maximum) {
      violations.Add(Path(row.path),
                     absl::StrCat("is ",
                                  value,
                                  "; must be between ",
                                  row.minimum,
                                  " and ",
                                  row.maximum));
    }
  }
}

void CheckLength(const char* path,
                 std::size_t length,
                 Index dimension,
                 Violations& violations) {
  if (length > 1 && length != static_cast<std::size_t>(dimension)) {
    violations.Add(path,
                   absl::StrCat("has ",
                                length,
                                " values; give one for all coordinates or ",
                                dimension,
                                ", one a coordinate"));
  }
}

// Of a search that finds a density, and its draws.
ResourceEstimate EstimateSearch(const SamplerOptions& effective,
                                Index dimension) {
  const DensityOptions& density = effective.density;
  const auto n = static_cast<double>(density.num_particles);
  const auto d = static_cast<double>(dimension);
  // The particles and three earlier sets of points, each with position and both
  // gradients and the position of a move, [n, d].
  constexpr double kSets = 4;
  constexpr double kMatrices = 4;
  const double points = kSets * n * kMatrices * d;
  // Of all of them: the pool, its local coordinates and gradients; functions
  // and their derivatives; contractions from both sides.
  const double rows = kSets * n;
  const double fit = rows * d *
                     (4 + 2 * static_cast<double>(density.basis_size) +
                      2 * static_cast<double>(density.max_rank));
  const double draws =
      std::max<double>(static_cast<double>(density.num_draws),
                       2 * static_cast<double>(effective.num_samples));
  const double samples = static_cast<double>(effective.num_samples);
  // Stages grow like the square root of the dimension; each draws afresh,
  // moves, and now and then redraws a block.
  const double stages = 8 + 2 * std::sqrt(d);
  constexpr double kDrawsAStage = 2.5;
  ResourceEstimate estimate;
  estimate.memory_bytes = static_cast<std::int64_t>(
      8 * (points + fit + draws * (2 * d + 4) + 2 * samples * d));
  estimate.num_energy_evaluations =
      static_cast<std::int64_t>(n * kDrawsAStage * stages + draws);
  return estimate;
}

}  // namespace

Violations ValidateOptions(const SamplerOptions& options, Index dimension) {
  Violations violations;
  if (options.num_samples < 1 || options.num_samples > kMaxSamples) {
    violations.Add("num_samples",
                   absl::StrCat("is ",
                                options.num_samples,
                                "; must be between 1 and ",
                                kMaxSamples));
  }
  for (const OptionRow& row : OptionTable()) CheckRow(row, options, violations);
  if (options.num_particles != 0 && options.num_particles > 0 &&
      options.num_particles < kMinParticles) {
    violations.Add("num_particles",
                   absl::StrCat("is ",
                                options.num_particles,
                                "; must be 0 (chosen) or at least ",
                                kMinParticles));
  }
  if (options.flow.fit.velocity != VelocityForm::kParts &&
      options.flow.fit.max_rank == 0) {
    violations.Add("flow.max_rank",
                   "is 0; must be at least 1 where flow.velocity is trains");
  }
  CheckLength("base.mean", options.base.mean.size(), dimension, violations);
  CheckLength("base.scale", options.base.scale.size(), dimension, violations);
  return violations;
}

SamplerOptions EffectiveOptions(const SamplerOptions& options,
                                Index dimension) {
  SamplerOptions effective = options;
  if (effective.num_particles == 0) {
    // Enough rows for the fits; a multiple of the block size.
    effective.num_particles =
        std::clamp<Index>(dimension * 128 / 512 * 512, 4096, 8192);
  }
  // Without a flow, trajectories pay from a dozen coordinates on; with one, a
  // few Langevin steps repair what it leaves.
  const bool many = dimension >= kManyCoordinates;
  const bool has_flow = effective.flow.mode != FlowMode::kOff;
  if (effective.density.mode == DensityMode::kAuto) {
    effective.density.mode = effective.flow.mode == FlowMode::kAuto
                                 ? DensityMode::kOn
                                 : DensityMode::kOff;
  }
  if (effective.moves.kind == MoveChoice::kAuto) {
    effective.moves.kind =
        many && !has_flow ? MoveChoice::kHmc : MoveChoice::kMala;
  }
  if (effective.moves.kind == MoveChoice::kNone) {
    effective.moves.count = effective.moves.final_count = 0;
  } else if (effective.moves.count == 0) {
    const bool mala = effective.moves.kind == MoveChoice::kMala;
    effective.moves.count = !mala ? 1 : has_flow && !many ? 2 : 3;
  }
  if (effective.moves.target_acceptance == 0) {
    effective.moves.target_acceptance =
        effective.moves.kind == MoveChoice::kHmc ? 0.75 : 0.6;
  }
  return effective;
}

ResourceEstimate EstimateResources(const SamplerOptions& options,
                                   Index dimension) {
  const SamplerOptions effective = EffectiveOptions(options, dimension);
  const auto n = static_cast<double>(effective.num_particles);
  const auto d = static_cast<double>(dimension);
  // Particles hold five matrices' worth of [N, d]; a stage needs the tentative
  // copy, the batch of a move and its proposals beside them.
  const double cloud = 8 * n * (3 * d + 6);
  const double working = 3.5 * cloud;
  const bool flow = effective.flow.mode != FlowMode::kOff;
  const FitOptions& fit = effective.flow.fit;
  const double tables = flow ? 8 * n * d * 3 *
                                   static_cast<double>(fit.additive_basis_size +
                                                       2 * fit.train_basis_size)
                             : 0;
  const double contractions =
      flow ? 8 * n * d * 4 * static_cast<double>(fit.max_rank) : 0;
  const double samples = 2 * 8 * static_cast<double>(effective.num_samples) * d;

  // Stages grow like the square root of the dimension.
  const double stages = 8 + 6 * std::sqrt(d);
  const double leapfrogs = effective.moves.kind == MoveChoice::kHmc
                               ? effective.moves.num_leapfrog_steps
                               : 1;
  const double batches = std::max<double>(
      effective.evidence.frozen_batches,
      std::ceil(static_cast<double>(effective.num_samples) / n) - 1);
  ResourceEstimate estimate;
  estimate.memory_bytes = static_cast<std::int64_t>(cloud + working + tables +
                                                    contractions + samples);
  estimate.num_energy_evaluations = static_cast<std::int64_t>(
      n * (1 + batches) *
      (1 + stages * (1 + leapfrogs * effective.moves.count)));
  if (effective.density.mode == DensityMode::kOn) {
    const ResourceEstimate search = EstimateSearch(effective, dimension);
    // Room for the stages that follow where no good density is found.
    estimate.memory_bytes =
        std::max(estimate.memory_bytes, search.memory_bytes);
    estimate.num_energy_evaluations = search.num_energy_evaluations;
  }
  return estimate;
}

}  // namespace ttflow
