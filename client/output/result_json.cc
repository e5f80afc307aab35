#include "client/output/result_json.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "client/output/cost.h"

namespace ttflow::client {
namespace {

Json Number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json CoordinateJson(const v1::CoordinateSummary& coordinate) {
  Json quantiles = Json::object();
  for (const v1::Quantile& quantile : coordinate.quantiles()) {
    quantiles[fmt::format("{:g}", quantile.probability())] =
        Number(quantile.value());
  }
  return {{"name", coordinate.name()},
          {"mean", Number(coordinate.mean())},
          {"standard_deviation", Number(coordinate.standard_deviation())},
          {"quantiles", std::move(quantiles)}};
}

// What was set about the run; of a draw, which has no sampler's options, the
// flow and the particles.
Json ModeJson(const v1::ModeSummary& mode) {
  Json json;
  json["position"] = Json::array();
  for (const double value : mode.position()) {
    json["position"].push_back(Number(value));
  }
  json["energy"] = Number(mode.energy());
  json["weight"] = Number(mode.weight());
  json["weight_standard_error"] = Number(mode.weight_standard_error());
  return json;
}

Json OptionsJson(const v1::JobSpec& spec) {
  if (!spec.has_draw()) return ToPlainJson(spec.sample().options());
  return {{"flow", spec.draw().flow()},
          {"num_particles", spec.draw().num_particles()}};
}

Json KindJson(const v1::TargetSpec& target) {
  if (target.has_mixture()) {
    Json mixture = ToPlainJson(target.mixture());
    return {{"name", "mixture"},
            {"components", std::move(mixture["components"])}};
  }
  const v1::BuiltinTarget& builtin = target.builtin();
  Json parameters = ToPlainJson(builtin)["parameters"];
  for (auto& [name, value] : parameters.items()) value = Json(value["values"]);
  Json json = {{"name", builtin.name()}};
  if (builtin.has_dimension()) json["dimension"] = builtin.dimension();
  json["parameters"] = std::move(parameters);
  return json;
}

}  // namespace

Json TargetJson(const v1::TargetSpec& target) {
  Json json = KindJson(target);
  if (!target.bounds().empty()) json["bounds"] = ToPlainJson(target)["bounds"];
  return json;
}

Json ResultJson(const v1::Job& job,
                const v1::TargetSpec& target,
                std::span<const v1::Stage> stages) {
  const v1::Result& result = job.result();
  Json json;
  json["job"] = job.name();
  json["flow"] = result.flow();
  json["target"] = TargetJson(target);
  json["dimension"] = result.dimension();
  json["num_samples"] = result.num_samples();
  json["num_particles"] = result.num_particles();
  json["seed"] = result.seed();
  json["log_evidence"] = Number(result.log_evidence());
  json["log_evidence_standard_error"] =
      Number(result.log_evidence_standard_error());
  json["log_evidence_estimator"] = result.log_evidence_estimator();
  json["num_energy_evaluations"] = result.num_energy_evaluations();
  json["num_gradient_evaluations"] = result.num_gradient_evaluations();
  json["num_nonfinite_energies"] = result.num_nonfinite_energies();
  json["weight_ess_fraction"] = Number(result.weight_ess_fraction());
  json["evaluations_per_effective_particle"] =
      Number(EvaluationsPerEffectiveParticle(result));
  json["wall_seconds"] = Number(result.wall_seconds());
  json["warnings"] = Json::array();
  for (const v1::Warning& warning : result.warnings()) {
    json["warnings"].push_back(ToPlainJson(warning));
  }
  json["coordinates"] = Json::array();
  for (const v1::CoordinateSummary& coordinate : result.coordinates()) {
    json["coordinates"].push_back(CoordinateJson(coordinate));
  }
  json["modes"] = Json::array();
  for (const v1::ModeSummary& mode : result.modes()) {
    json["modes"].push_back(ModeJson(mode));
  }
  json["stages"] = Json::array();
  for (const v1::Stage& stage : stages)
    json["stages"].push_back(ToPlainJson(stage));
  json["options"] = OptionsJson(job.spec());
  return json;
}

}  // namespace ttflow::client
