#include "client/input/job_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "client/errors/client_error.h"
#include "client/input/option_path.h"
#include "client/input/parameter_values.h"
#include "client/output/atomic_file.h"
#include "core/foundation/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace ttflow::client {
namespace {

using Json = nlohmann::ordered_json;

absl::Status FileFault(std::string_view source,
                       std::string what,
                       std::string field = "") {
  ErrorBlock block;
  block.what = fmt::format("{}: not a job file", source);
  block.fields.push_back({std::move(field), std::move(what)});
  block.reason = "JOB_FILE_INVALID";
  return MakeError(ExitCode::kInvalidArgument, block);
}

// Rewrites {"means": [[0, 0], [3, 1]]} to {"means": {"values": [0, 0, 3, 1]}}.
absl::Status NormalizeParameters(Json& spec, std::string_view source) {
  const Json::json_pointer at("/sample/target/builtin/parameters");
  if (!spec.is_object() || !spec.contains(at) || !spec[at].is_object())
    return absl::OkStatus();
  for (auto& [name, value] : spec[at].items()) {
    if (!value.is_number() && !value.is_array()) continue;
    const absl::StatusOr<std::vector<double>> numbers = FlattenNumbers(value);
    if (!numbers.ok()) {
      return FileFault(source,
                       std::string(numbers.status().message()),
                       "sample.target.builtin.parameters." + name);
    }
    value = Json{{"values", *numbers}};
  }
  return absl::OkStatus();
}

bool SetsBounds(const JobFlags& flags) {
  return !flags.lower.empty() || !flags.upper.empty();
}

bool SetsBuiltin(const JobFlags& flags) {
  return !flags.target.empty() || !flags.parameters.empty() ||
         flags.dimension.has_value();
}

// Numbers of --lower or --upper, none where it is not given.
absl::StatusOr<std::vector<double>> ParseBounds(std::string_view flag,
                                                std::string_view text) {
  if (text.empty()) return std::vector<double>();
  absl::StatusOr<std::vector<double>> bounds = ParseParameterValues(text);
  if (!bounds.ok()) {
    return UsageError(
        fmt::format("{}: {}", flag, std::string(bounds.status().message())),
        {"a number for all coordinates or a list 0,-inf,1"});
  }
  return bounds;
}

// Number `k` of a list that may have one for all.
double Entry(const std::vector<double>& list, std::size_t k) {
  return list.size() == 1 ? list[0] : list[k];
}

absl::Status ApplyBounds(const JobFlags& flags, v1::TargetSpec& target) {
  TTFLOW_ASSIGN_OR_RETURN(const std::vector<double> lower,
                          ParseBounds("--lower", flags.lower));
  TTFLOW_ASSIGN_OR_RETURN(const std::vector<double> upper,
                          ParseBounds("--upper", flags.upper));
  const auto given = static_cast<std::size_t>(target.bounds_size());
  const std::size_t size = std::max({given, lower.size(), upper.size()});
  for (const std::size_t count : {given, lower.size(), upper.size()}) {
    if (count > 1 && count != size) {
      return UsageError(
          fmt::format("bounds of {} and of {} coordinates", count, size),
          {"give --lower and --upper one number, or one a coordinate"});
    }
  }
  while (target.bounds_size() < static_cast<int>(size)) {
    const v1::Bounds first =
        target.bounds().empty() ? v1::Bounds() : target.bounds(0);
    *target.add_bounds() = first;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < size; ++k) {
    v1::Bounds& bounds = *target.mutable_bounds(static_cast<int>(k));
    if (!lower.empty()) {
      bounds.clear_lower();
      if (Entry(lower, k) != -kInfinity) bounds.set_lower(Entry(lower, k));
    }
    if (!upper.empty()) {
      bounds.clear_upper();
      if (Entry(upper, k) != kInfinity) bounds.set_upper(Entry(upper, k));
    }
  }
  return absl::OkStatus();
}

absl::Status ApplyBuiltin(const JobFlags& flags, v1::JobSpec& spec) {
  if (!SetsBuiltin(flags)) return absl::OkStatus();
  v1::TargetSpec& target = *spec.mutable_sample()->mutable_target();
  if (!flags.target.empty() && flags.target != target.builtin().name()) {
    // Parameters and bounds of the file's target mean nothing to another one.
    target.mutable_builtin()->Clear();
    target.clear_bounds();
    target.mutable_builtin()->set_name(flags.target);
  }
  if (!target.has_builtin()) {
    return UsageError("--param and --dim need --target NAME",
                      {"names: ttflow targets"});
  }
  if (flags.dimension)
    target.mutable_builtin()->set_dimension(*flags.dimension);
  for (const std::string& parameter : flags.parameters) {
    TTFLOW_ASSIGN_OR_RETURN(const auto assignment,
                            SplitAssignment("--param", parameter));
    const auto& [name, text] = assignment;
    const absl::StatusOr<std::vector<double>> numbers =
        ParseParameterValues(text);
    if (!numbers.ok()) {
      return UsageError(
          fmt::format(
              "--param {}: {}", name, std::string(numbers.status().message())),
          {"a number, a list 1,2,3 or JSON such as [[0,0],[3,1]]"});
    }
    v1::DoubleList list;
    list.mutable_values()->Add(numbers->begin(), numbers->end());
    (*target.mutable_builtin()->mutable_parameters())[name] = std::move(list);
  }
  return absl::OkStatus();
}

absl::Status ApplyTarget(const JobFlags& flags, v1::JobSpec& spec) {
  TTFLOW_RETURN_IF_ERROR(ApplyBuiltin(flags, spec));
  if (!SetsBounds(flags)) return absl::OkStatus();
  return ApplyBounds(flags, *spec.mutable_sample()->mutable_target());
}

absl::Status ApplyOptions(const JobFlags& flags, v1::JobSpec& spec) {
  if (!flags.num_particles && flags.flow.empty() && flags.settings.empty()) {
    return absl::OkStatus();
  }
  if (spec.has_draw()) {
    if (flags.num_particles && flags.flow.empty() && flags.settings.empty()) {
      spec.mutable_draw()->set_num_particles(*flags.num_particles);
      return absl::OkStatus();
    }
    return UsageError("--flow and --set have no effect on a draw job");
  }
  v1::SamplerOptions& options = *spec.mutable_sample()->mutable_options();
  if (flags.num_particles) options.set_num_particles(*flags.num_particles);
  if (!flags.flow.empty()) {
    const absl::Status status = SetOption("flow.mode", flags.flow, options);
    if (!status.ok()) {
      return UsageError(
          fmt::format("--flow {}: expected auto, on or off", flags.flow));
    }
  }
  for (const std::string& setting : flags.settings) {
    TTFLOW_ASSIGN_OR_RETURN(const auto assignment,
                            SplitAssignment("--set", setting));
    TTFLOW_RETURN_IF_ERROR(
        SetOption(assignment.first, assignment.second, options));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::JobSpec> ParseJobSpec(std::string_view json,
                                         std::string_view source) {
  Json parsed;
  try {
    parsed = Json::parse(json);
  } catch (const Json::parse_error& error) {
    // Its message starts with an internal id in brackets.
    const std::string_view what = error.what();
    return FileFault(
        source,
        std::string(what.substr(std::min(what.size(), what.find("] ") + 2))));
  }
  if (!parsed.is_object())
    return FileFault(source, "expected a JSON object, {...}");
  TTFLOW_RETURN_IF_ERROR(NormalizeParameters(parsed, source));
  v1::JobSpec spec;
  const auto status =
      google::protobuf::util::JsonStringToMessage(parsed.dump(), &spec);
  if (!status.ok()) {
    return FileFault(
        source, std::string(status.message().data(), status.message().size()));
  }
  return spec;
}

absl::StatusOr<v1::JobSpec> BuildJobSpec(const JobFlags& flags) {
  v1::JobSpec spec;
  if (!flags.file.empty()) {
    TTFLOW_ASSIGN_OR_RETURN(const std::string json, ReadFile(flags.file));
    TTFLOW_ASSIGN_OR_RETURN(
        spec,
        ParseJobSpec(json, flags.file == "-" ? "standard input" : flags.file));
  } else if (flags.target.empty()) {
    return UsageError("say what to sample: --target NAME or -f job.json",
                      {"names: ttflow targets"});
  }
  if (spec.has_draw() && (SetsBuiltin(flags) || SetsBounds(flags))) {
    return UsageError(
        "--target, --param, --dim, --lower and --upper have no effect on a "
        "draw job");
  }
  TTFLOW_RETURN_IF_ERROR(ApplyTarget(flags, spec));
  TTFLOW_RETURN_IF_ERROR(ApplyOptions(flags, spec));
  if (flags.num_samples) spec.set_num_samples(*flags.num_samples);
  if (flags.seed) spec.set_seed(*flags.seed);
  for (const std::string& label : flags.labels) {
    TTFLOW_ASSIGN_OR_RETURN(const auto assignment,
                            SplitAssignment("--label", label));
    (*spec.mutable_labels())[assignment.first] = assignment.second;
  }
  return spec;
}

}  // namespace ttflow::client
