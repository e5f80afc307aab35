// From result.json and samples.npy to what a picture needs.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "client/output/number_format.h"
#include "client/report/sample_picture.h"
#include "core/targets/target_registry.h"

namespace ttflow::client {
namespace {

double NumberAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>()
                                                   : std::nan("");
}

std::string TextAt(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>()
                                                   : "";
}

// Centres that fall on one point of the plane are one mark.
std::vector<Point> Distinct(const std::vector<Point>& points) {
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  std::vector<Point> distinct;
  for (const Point& point : points) {
    if (seen.emplace(std::llround(1e6 * point[0]), std::llround(1e6 * point[1]))
            .second) {
      distinct.push_back(point);
    }
  }
  return distinct;
}

// Whether a centre lies within the target's bounds: one entry for all
// coordinates, or one for each.
bool IsInside(const Json& target, std::span<const double> center) {
  const Json bounds = target.value("bounds", Json::array());
  if (bounds.empty()) return true;
  for (std::size_t k = 0; k < center.size(); ++k) {
    const Json& entry = bounds[bounds.size() == 1 ? 0 : k];
    if (center[k] <= NumberAt(entry, "lower") ||
        center[k] >= NumberAt(entry, "upper")) {
      return false;
    }
  }
  return true;
}

std::vector<Point> MixtureCenters(const Json& target) {
  std::vector<Point> centers;
  for (const Json& component : target.value("components", Json::array())) {
    std::vector<double> mean;
    for (const Json& value : component.value("mean", Json::array())) {
      if (!value.is_number()) return {};
      mean.push_back(value.get<double>());
    }
    if (mean.empty()) return {};
    if (!IsInside(target, mean)) continue;
    centers.push_back({mean[0], mean.size() > 1 ? mean[1] : 0.0});
  }
  return centers;
}

std::vector<Point> TrueModes(const Json& target, int dimension) {
  const std::string name = TextAt(target, "name");
  if (name == "mixture") return Distinct(MixtureCenters(target));
  ParameterValues parameters;
  const Json given = target.value("parameters", Json::object());
  for (const auto& [key, value] : given.items()) {
    for (const Json& number : value) {
      if (!number.is_number()) return {};
      parameters[key].push_back(number.get<double>());
    }
  }
  Violations violations;
  const auto built_in = MakeTarget(name, dimension, parameters, violations);
  if (built_in == nullptr)
    return {};  // a target of another version: no modes to mark
  const Matrix centers = built_in->ModeCenters();
  std::vector<Point> points;
  for (Index i = 0; i < centers.rows(); ++i) {
    const Vector center = centers.row(i).transpose();
    if (!IsInside(target, {center.data(), center.data() + center.size()})) {
      continue;
    }
    points.push_back({centers(i, 0), centers.cols() > 1 ? centers(i, 1) : 0.0});
  }
  return Distinct(points);
}

std::string Subtitle(const Json& result) {
  return fmt::format(
      "log evidence {} · ESS {:.0f} % · {} energy evaluations · seed {}",
      WithError(NumberAt(result, "log_evidence"),
                NumberAt(result, "log_evidence_standard_error")),
      100 * NumberAt(result, "weight_ess_fraction"),
      WithThousands(result.value("num_energy_evaluations", std::int64_t{0})),
      result.value("seed", std::uint64_t{0}));
}

// The pass whose stages are shown. Pass 0 is a pilot that only looks for a
// base, unless it searched for a density and found one, so that nothing was
// trained. A draw job has no training pass: its first run is shown.
int ShownPass(const Json& stages) {
  constexpr int kTraining = 1;
  bool searched = false;
  int first_run = 0;
  for (const Json& stage : stages) {
    const int pass = stage.value("pass", 0);
    if (pass == kTraining) return pass;
    if (pass == 0 && NumberAt(stage, "fresh_ess_fraction") > 0) searched = true;
    if (pass > 0 && first_run == 0) first_run = pass;
  }
  return searched ? 0 : first_run;
}

// A search is shown with the draws that follow it.
std::vector<StagePoint> ShownStages(const Json& stages) {
  const int shown = ShownPass(stages);
  std::vector<StagePoint> points;
  for (const Json& stage : stages) {
    if (shown != 0 && stage.value("pass", 0) != shown) continue;
    StagePoint point;
    point.t = NumberAt(stage, "t");
    point.evaluations = NumberAt(stage, "num_energy_evaluations");
    point.weight_ess_fraction = NumberAt(stage, "weight_ess_fraction");
    point.flow_used = stage.value("flow_used", false);
    point.validation_r2 = NumberAt(stage, "validation_r2");
    point.log_evidence = NumberAt(stage, "log_evidence");
    if (std::isfinite(point.t)) points.push_back(point);
  }
  return points;
}

std::string CoordinateName(const Json& coordinates, std::size_t index) {
  const std::string fallback = fmt::format("x{}", index + 1);
  if (!coordinates.is_array() || index >= coordinates.size()) return fallback;
  return coordinates[index].value("name", fallback);
}

absl::StatusOr<SamplePicture> Gather(const Json& result,
                                     const NpyArray& samples) {
  SamplePicture picture;
  picture.dimension = result.at("dimension").get<int>();
  if (samples.shape.size() != 2 || samples.shape[1] != picture.dimension) {
    return absl::InvalidArgumentError(
        "samples.npy has another dimension than result.json");
  }
  const auto rows = static_cast<std::size_t>(samples.shape[0]);
  const auto columns = static_cast<std::size_t>(samples.shape[1]);
  for (std::size_t i = 0; i < rows; ++i) {
    picture.samples.push_back(
        {samples.values[i * columns],
         columns > 1 ? samples.values[i * columns + 1] : 0.0});
  }
  const Json& target = result.at("target");
  picture.title =
      fmt::format("{}, d = {}", TextAt(target, "name"), picture.dimension);
  picture.subtitle = Subtitle(result);
  picture.x_name = CoordinateName(result.at("coordinates"), 0);
  picture.y_name = CoordinateName(result.at("coordinates"), 1);
  picture.modes = TrueModes(target, picture.dimension);
  picture.stages = ShownStages(result.at("stages"));
  picture.by_evaluations = ShownPass(result.at("stages")) == 0;
  return picture;
}

}  // namespace

absl::StatusOr<SamplePicture> MakeSamplePicture(const Json& result,
                                                const NpyArray& samples) {
  try {
    return Gather(result, samples);
  } catch (const Json::exception& error) {  // a missing key or another type
    return absl::InvalidArgumentError(
        fmt::format("result.json: {}", error.what()));
  }
}

}  // namespace ttflow::client
