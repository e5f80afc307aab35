#include "core/sampler/option_table.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ttflow {
namespace {


std::vector<double> One(double value) { return {value}; }

template <typename Enum>
std::vector<double> Choice(Enum value) {
  return {static_cast<double>(static_cast<int>(value))};
}

using O = const SamplerOptions&;

std::vector<OptionRow> MakeTable() {
  using enum OptionType;
  return {
      {"num_particles", kInteger,
       "size of the weighted cloud; 0 = chosen from the dimension", 0, 1e8, "", {},
       [](O o) { return One(static_cast<double>(o.num_particles)); }},
      {"max_energy_evaluations", kInteger,
       "the run fails when it would evaluate more points; 0 = no limit", 0, 1e15, "", {},
       [](O o) { return One(static_cast<double>(o.max_energy_evaluations)); }},
      {"base.kind", kChoice,
       "density that the path starts from; auto finds a wide Gaussian", 0, 2, "",
       {"auto", "gaussian", "student_t"}, [](O o) { return Choice(o.base.kind); }},
      {"base.mean", kRealList,
       "centre of the base, one value or one a coordinate; empty = found", -1e12, 1e12,
       "of x", {}, [](O o) { return o.base.mean; }},
      {"base.scale", kRealList,
       "standard deviation (Gaussian) or scale (Student-t), one value or one a "
       "coordinate; empty = found", 1e-12, 1e12, "of x", {},
       [](O o) { return o.base.scale; }},
      {"base.degrees_of_freedom", kReal, "tails of a Student-t base", 1, 1000, "", {},
       [](O o) { return One(o.base.degrees_of_freedom); }},
      {"schedule.conditional_ess", kReal,
       "conditional effective sample size that each stage aims at", 0.05, 0.9999, "", {},
       [](O o) { return One(o.schedule.conditional_ess); }},
      {"schedule.max_stages", kInteger, "a pass fails beyond so many stages", 1, 1e6, "", {},
       [](O o) { return One(static_cast<double>(o.schedule.max_stages)); }},
      {"resampling.scheme", kChoice, "how ancestors are drawn", 0, 3, "",
       {"systematic", "stratified", "residual", "multinomial"},
       [](O o) { return Choice(o.resampling.scheme); }},
      {"resampling.ess_threshold", kReal,
       "resample where the ESS fraction of the weights falls below", 0, 1, "", {},
       [](O o) { return One(o.resampling.ess_threshold); }},
      {"moves.kind", kChoice, "Markov kernel that repairs each stage", 0, 2, "",
       {"auto", "mala", "hmc"}, [](O o) { return Choice(o.moves.kind); }},
      {"moves.count", kInteger, "applications of the kernel a stage; 0 = chosen", 0, 1000, "",
       {}, [](O o) { return One(o.moves.count); }},
      {"moves.final_count", kInteger, "further applications at the target", 0, 10000, "", {},
       [](O o) { return One(o.moves.final_count); }},
      {"moves.num_leapfrog_steps", kInteger, "leapfrog steps of a HMC trajectory", 1, 1000, "",
       {}, [](O o) { return One(o.moves.num_leapfrog_steps); }},
      {"moves.target_acceptance", kReal,
       "acceptance rate that step sizes are adapted to; 0 = 0.6 for MALA, 0.75 for HMC", 0,
       0.99, "", {}, [](O o) { return One(o.moves.target_acceptance); }},
      {"moves.log_step_spread", kReal,
       "step sizes vary log-uniformly by exp(+-spread) between particles; 0 = all the same", 0,
       5, "", {}, [](O o) { return One(o.moves.log_step_spread); }},
      {"flow.mode", kChoice,
       "auto: where its held-out gain pays; on: wherever it lengthens the step; off: never", 0,
       2, "", {"auto", "on", "off"}, [](O o) { return Choice(o.flow.mode); }},
      {"flow.coordinates", kChoice,
       "coordinates of the flow; auto chooses by the held-out residual", 0, 2, "",
       {"auto", "diagonal", "whitened"}, [](O o) { return Choice(o.flow.coordinates); }},
      {"flow.basis", kChoice, "family of the one-dimensional functions", 0, 1, "",
       {"fourier_extension", "pure_fourier"}, [](O o) { return Choice(o.flow.fit.basis); }},
      {"flow.orthonormal", kBoolean, "H2-orthonormal functions instead of raw ones", 0, 1, "",
       {}, [](O o) { return One(o.flow.fit.orthonormal); }},
      {"flow.additive_basis_size", kInteger,
       "most functions a coordinate of the additive part; fewer where particles are few", 3, 64,
       "", {}, [](O o) { return One(static_cast<double>(o.flow.fit.additive_basis_size)); }},
      {"flow.train_basis_size", kInteger, "functions a coordinate of the interaction train", 2,
       32, "", {}, [](O o) { return One(static_cast<double>(o.flow.fit.train_basis_size)); }},
      {"flow.max_rank", kInteger, "largest rank of the interaction train; 0 = no train", 0, 64,
       "", {}, [](O o) { return One(static_cast<double>(o.flow.fit.max_rank)); }},
      {"flow.rank_rule", kChoice, "how ranks are found", 0, 1, "", {"ema", "residual"},
       [](O o) { return Choice(o.flow.fit.rank_rule); }},
      {"flow.relative_tolerance", kReal, "TT-SVD rounding, relative Frobenius norm", 1e-12, 0.5,
       "", {}, [](O o) { return One(o.flow.fit.relative_tolerance); }},
      {"flow.ema_rate", kReal, "weight of the newest fit under the rank rule ema", 0.01, 1, "",
       {}, [](O o) { return One(o.flow.fit.ema_rate); }},
      {"flow.max_pairs", kInteger,
       "most terms u_i u_j of the quadratic head; -1 = as the particles allow", -1, 1e6, "", {},
       [](O o) { return One(static_cast<double>(o.flow.fit.max_pairs)); }},
      {"flow.rows_per_unknown", kReal, "least effective particles for each unknown of a fit", 2,
       1000, "", {}, [](O o) { return One(o.flow.fit.rows_per_unknown); }},
      {"flow.interval_tail", kReal, "weighted quantile at which a basis interval ends", 0, 0.2,
       "", {}, [](O o) { return One(o.flow.fit.interval_tail); }},
      {"flow.interval_margin", kReal, "share by which the interval is widened", 0, 2, "", {},
       [](O o) { return One(o.flow.fit.interval_margin); }},
      {"flow.num_sweeps", kInteger, "alternating sweeps over the train a fit", 1, 100, "", {},
       [](O o) { return One(o.flow.fit.num_sweeps); }},
      {"flow.min_gain", kReal,
       "auto: least relative lengthening of the step for which the flow is used", 0, 10, "", {},
       [](O o) { return One(o.flow.min_gain); }},
      {"flow.max_displacement", kReal, "largest dt |Hessian of the potential| a substep", 0.01,
       2, "", {}, [](O o) { return One(o.flow.max_displacement); }},
      {"flow.max_substeps", kInteger, "most substeps of a stage's map", 1, 1000, "", {},
       [](O o) { return One(o.flow.max_substeps); }},
      {"evidence.frozen_batches", kInteger,
       "independent runs of the trained flow after the pass; 0 = as many as the samples need",
       0, 10000, "", {}, [](O o) { return One(o.evidence.frozen_batches); }},
  };
}

}  // namespace

std::span<const OptionRow> OptionTable() {
  static const auto& table = *new std::vector<OptionRow>(MakeTable());
  return table;
}

std::string OptionValueText(const OptionRow& row, const SamplerOptions& options) {
  const std::vector<double> values = row.values(options);
  switch (row.type) {
    case OptionType::kChoice: {
      const auto index = static_cast<std::size_t>(values[0]);
      return index < row.choices.size() ? std::string(row.choices[index]) : "unknown";
    }
    case OptionType::kBoolean:
      return values[0] != 0 ? "true" : "false";
    case OptionType::kRealList:
      return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
    case OptionType::kInteger:
    case OptionType::kReal:
      return absl::StrCat(values[0]);
  }
  return "";
}

}  // namespace ttflow
