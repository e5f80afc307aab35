#include "client/report/sample_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "client/output/number_format.h"

namespace ttflow::client {
namespace {

constexpr std::size_t kMaxDots = 6000;
constexpr int kHistogramBins = 60;
// Below this the first stages would lie on top of each other on a linear axis.
constexpr double kSmallFirstTime = 0.02;

constexpr char kStyle[] = R"(<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2933}
.title{font-size:17px;font-weight:600}.subtitle{font-size:12.5px;fill:#52606d}
.panel{font-size:13px;font-weight:600}.label{font-size:12px;fill:#3e4c59}
.tick{font-size:11px;fill:#616e7c}.key{font-size:11.5px;fill:#1f2933}
.page{fill:#ffffff}.frame{fill:none;stroke:#9aa5b1;stroke-width:1}
.grid{fill:none;stroke:#e9edf1;stroke-width:1}
.dots{fill:none;stroke:#2b6cb0;stroke-width:2.4;stroke-linecap:round;stroke-opacity:.65}
.halo{fill:none;stroke:#ffffff;stroke-width:3.6;stroke-linecap:round;stroke-opacity:.85}
.mode{fill:none;stroke:#c2410c;stroke-width:1.7;stroke-linecap:round}
.bars{fill:#2b6cb0;fill-opacity:.55;stroke:none}
.ess{fill:none;stroke:#2b6cb0;stroke-width:1.8;stroke-linejoin:round}
.r2{fill:none;stroke:#c2410c;stroke-width:1.8;stroke-dasharray:6 3.5}
.r2dots{fill:none;stroke:#c2410c;stroke-width:4.5;stroke-linecap:round}
.logz{fill:none;stroke:#276749;stroke-width:1.8;stroke-linejoin:round}
@media (prefers-color-scheme:dark){
text,.key{fill:#e4e7eb}.subtitle,.label,.tick{fill:#9aa5b1}.page{fill:#161b22}
.frame{stroke:#616e7c}.grid{stroke:#29323d}.dots{stroke:#63a4e8}.halo{stroke:#161b22}
.mode,.r2,.r2dots{stroke:#f0883e}.bars{fill:#63a4e8}.ess{stroke:#63a4e8}.logz{stroke:#56d68f}}
</style>
)";

std::vector<Point> Thinned(const std::vector<Point>& points) {
  if (points.size() <= kMaxDots) return points;
  std::vector<Point> kept;
  for (std::size_t i = 0; i < kMaxDots; ++i)
    kept.push_back(points[i * points.size() / kMaxDots]);
  return kept;
}

// The range of one coordinate: most of the samples, and every mode.
Interval Range(const SamplePicture& picture, std::size_t axis) {
  std::vector<double> values;
  for (const Point& point : picture.samples) values.push_back(point[axis]);
  Interval range = RobustInterval(std::move(values), 0.001, 0.05);
  const double margin = 0.04 * (range.upper - range.lower);
  for (const Point& mode : picture.modes) {
    range.lower = std::min(range.lower, mode[axis] - margin);
    range.upper = std::max(range.upper, mode[axis] + margin);
  }
  return range;
}

// What is drawn in the first panel, said below it; the swatches are drawn
// alike.
std::string Key(const SamplePicture& picture, double y) {
  std::string svg = fmt::format(
      "<path class=\"dots\" d=\"M64 {0}h0m5 -3h0m4 4h0\"/>\n", y - 4);
  svg += TextSvg(
      80,
      y,
      fmt::format(
          "{} samples",
          WithThousands(static_cast<std::int64_t>(picture.samples.size()))),
      "key");
  if (!picture.modes.empty()) {
    svg += fmt::format(
        "<path class=\"mode\" d=\"M190 {}m-3.5 0h7m-3.5 -3.5v7\"/>\n", y - 4);
    svg += TextSvg(200,
                   y,
                   fmt::format("{} true mode centres", picture.modes.size()),
                   "key");
  }
  return svg;
}

std::string ScatterSvg(const SamplePicture& picture) {
  Panel panel;
  panel.id = "scatter";
  panel.left = 60;
  panel.top = 86;
  panel.width = 400;
  panel.height = 326;
  panel.x = Range(picture, 0);
  panel.y = Range(picture, 1);
  panel.title = picture.dimension == 2
                    ? "Samples"
                    : fmt::format("Samples, first two of {} coordinates",
                                  picture.dimension);
  panel.x_label = picture.x_name;
  panel.y_label = picture.y_name;
  const std::vector<Point> dots = Thinned(picture.samples);
  return AxesSvg(panel) +
         Clipped(
             panel,
             DotsSvg(panel, dots, "dots") + CrossesSvg(panel, picture.modes)) +
         Key(picture, 464);
}

std::string HistogramSvg(const SamplePicture& picture) {
  Panel panel;
  panel.id = "histogram";
  panel.left = 60;
  panel.top = 86;
  panel.width = 400;
  panel.height = 326;
  panel.x = Range(picture, 0);
  panel.title = "Samples";
  panel.x_label = picture.x_name;
  panel.y_label = "density";
  std::vector<double> density(kHistogramBins, 0.0);
  const double bin = (panel.x.upper - panel.x.lower) / kHistogramBins;
  for (const Point& point : picture.samples) {
    const double at = std::floor((point[0] - panel.x.lower) / bin);
    if (at >= 0 && at < kHistogramBins) {
      density[static_cast<std::size_t>(at)] +=
          1 / (bin * static_cast<double>(picture.samples.size()));
    }
  }
  const double highest = *std::max_element(density.begin(), density.end());
  panel.y = {0, highest > 0 ? 1.08 * highest : 1};
  const Scale x = panel.XScale();
  const Scale y = panel.YScale();
  std::string path = fmt::format("M{:.1f} {:.1f}", x(panel.x.lower), y(0));
  for (int i = 0; i < kHistogramBins; ++i) {
    path += fmt::format("V{:.1f}H{:.1f}",
                        y(density[static_cast<std::size_t>(i)]),
                        x(panel.x.lower + (i + 1) * bin));
  }
  path += fmt::format("V{:.1f}Z", y(0));
  std::vector<Point> modes = picture.modes;
  for (Point& mode : modes) mode[1] = 0.03 * panel.y.upper;
  return AxesSvg(panel) +
         Clipped(panel,
                 fmt::format("<path class=\"bars\" d=\"{}\"/>\n", path) +
                     CrossesSvg(panel, modes)) +
         Key(picture, 464);
}

Panel StagePanel(const SamplePicture& picture) {
  Panel panel;
  panel.left = 540;
  panel.width = 330;
  panel.wanted_x_ticks = 5;
  if (picture.by_evaluations) {
    panel.x = {0, std::max(1.0, picture.stages.back().evaluations)};
    panel.wanted_x_ticks = 4;
    return panel;
  }
  const double first = picture.stages.front().t;
  panel.logarithmic_x = first > 0 && first < kSmallFirstTime;
  panel.x = {panel.logarithmic_x ? first : 0.0, 1};
  return panel;
}

double Abscissa(const SamplePicture& picture, const StagePoint& stage) {
  return picture.by_evaluations ? stage.evaluations : stage.t;
}

// Names of two lines at their ends, moved apart where they would overlap.
std::string EndLabels(const Panel& panel, double ess, bool has_r2, double r2) {
  const Scale y = panel.YScale();
  double ess_y = y(std::clamp(ess, panel.y.lower, panel.y.upper)) + 4;
  double r2_y = y(std::clamp(r2, panel.y.lower, panel.y.upper)) + 4;
  if (has_r2 && std::abs(ess_y - r2_y) < 15) {
    const double middle = (ess_y + r2_y) / 2;
    const double sign = ess_y <= r2_y ? -1 : 1;
    ess_y = middle + 7.5 * sign;
    r2_y = middle - 7.5 * sign;
  }
  const double x = panel.left + panel.width + 7;
  std::string svg = TextSvg(x, ess_y, "ESS", "key");
  if (has_r2) svg += TextSvg(x, r2_y, "flow R²", "key");
  return svg;
}

std::string QualitySvg(const SamplePicture& picture) {
  Panel panel = StagePanel(picture);
  panel.id = "quality";
  panel.top = 86;
  panel.height = 136;
  panel.y = {0, 1.04};
  panel.wanted_y_ticks = 5;
  panel.title = "Effective sample size and flow fit, by stage";
  panel.x_label = "";
  panel.y_label = "share";
  std::vector<Point> ess;
  std::vector<Point> r2;
  for (const StagePoint& stage : picture.stages) {
    ess.push_back({Abscissa(picture, stage), stage.weight_ess_fraction});
    if (stage.flow_used)
      r2.push_back({Abscissa(picture, stage), stage.validation_r2});
  }
  std::string marks = LineSvg(panel, ess, "ess");
  if (!r2.empty())
    marks += LineSvg(panel, r2, "r2") + DotsSvg(panel, r2, "r2dots");
  return AxesSvg(panel) + Clipped(panel, marks) +
         EndLabels(
             panel, ess.back()[1], !r2.empty(), r2.empty() ? 0 : r2.back()[1]);
}

std::string EvidenceSvg(const SamplePicture& picture) {
  Panel panel = StagePanel(picture);
  panel.id = "evidence";
  panel.top = 276;
  panel.height = 136;
  std::vector<Point> line;
  std::vector<double> values;
  for (const StagePoint& stage : picture.stages) {
    line.push_back({Abscissa(picture, stage), stage.log_evidence});
    values.push_back(stage.log_evidence);
  }
  panel.y = RobustInterval(std::move(values), 0, 0.08);
  panel.wanted_y_ticks = 4;
  panel.title = "Log evidence so far";
  panel.x_label = picture.by_evaluations ? "energy evaluations"
                  : panel.logarithmic_x  ? "annealing time t (logarithmic)"
                                         : "annealing time t";
  panel.y_label = "nats";
  const double end_y = panel.YScale()(line.back()[1]) + 4;
  return AxesSvg(panel) + Clipped(panel, LineSvg(panel, line, "logz")) +
         TextSvg(panel.left + panel.width + 7,
                 end_y,
                 Fixed(line.back()[1], 2),
                 "key");
}

std::string Description(const SamplePicture& picture) {
  std::string text = fmt::format("{} samples in the plane of {} and {}",
                                 picture.samples.size(),
                                 picture.x_name,
                                 picture.y_name);
  if (!picture.modes.empty()) {
    text += fmt::format(", with {} true mode centres marked by crosses",
                        picture.modes.size());
  }
  if (!picture.stages.empty()) {
    text += fmt::format(
        "; effective sample size and log evidence over {} stages of {}. {}",
        picture.stages.size(),
        picture.by_evaluations ? "a search and its draws" : "annealing time",
        picture.subtitle);
  }
  return text;
}

}  // namespace

std::string SamplePictureSvg(const SamplePicture& picture) {
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 480\" "
      "width=\"960\" "
      "height=\"480\" role=\"img\" aria-labelledby=\"title description\">\n";
  svg += fmt::format(
      "<title id=\"title\">{}</title>\n<desc id=\"description\">{}</desc>\n",
      EscapeXml(picture.title),
      EscapeXml(Description(picture)));
  svg += kStyle;
  svg += "<rect class=\"page\" width=\"960\" height=\"480\"/>\n";
  svg += TextSvg(60, 30, picture.title, "title");
  svg += TextSvg(60, 50, picture.subtitle, "subtitle");
  svg += picture.dimension == 1 ? HistogramSvg(picture) : ScatterSvg(picture);
  if (!picture.stages.empty())
    svg += QualitySvg(picture) + EvidenceSvg(picture);
  return svg + "</svg>\n";
}

}  // namespace ttflow::client
