#include "tests/benchmarks/experiments/sample_map.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/foundation/check.h"
#include "tests/benchmarks/experiments/contours.h"

namespace ttflow::benchmarks {
namespace {

constexpr double kPanelWidth = 230;
constexpr double kLeft = 30;   // of the first panel, for the ticks
constexpr double kTop = 50;    // title of the picture and of the panel
constexpr double kBelow = 24;  // ticks
constexpr double kGap = 12;
constexpr int kTicks = 4;  // at least, on the longer side

std::string Text(
    double x, double y, const char* anchor, int size, const std::string& text) {
  return absl::StrFormat(
      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s"
      "</text>\n",
      x,
      y,
      anchor,
      size,
      text);
}

// The largest of 1, 2, 5 times a power of ten that cuts `length` into at least
// kTicks parts.
double TickStep(double length) {
  const double most = length / kTicks;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= most) return factor * power;
  }
  return power;
}

class Map {
 public:
  explicit Map(const DensityMap& density)
      : density_(density),
        window_(density.window),
        scale_(kPanelWidth / (window_.right - window_.left)),
        height_(scale_ * (window_.top - window_.bottom)) {}

  double height() const { return height_; }

  // Contours of one panel at the origin, to be used by all.
  std::string ContourPath(double drop) const {
    const double level = density_.log_density.maxCoeff() - drop;
    const double x_step =
        kPanelWidth / static_cast<double>(density_.log_density.cols() - 1);
    const double y_step =
        height_ / static_cast<double>(density_.log_density.rows() - 1);
    std::string path;
    for (const Contour& line : Contours(density_.log_density, level)) {
      const char* command = "M";
      for (const auto& [column, row] : line) {
        absl::StrAppendFormat(&path,
                              "%s%.1f %.1f",
                              command,
                              column * x_step,
                              height_ - row * y_step);
        command = "L";
      }
    }
    return absl::StrCat("<path d=\"", path, "\"/>\n");
  }

  // Zero-length strokes with round ends, in tenths of a pixel.
  std::string Dots(const Matrix& samples) const {
    std::string path;
    for (Index i = 0; i < samples.rows(); ++i) {
      const double x = scale_ * (samples(i, 0) - window_.left);
      const double y = scale_ * (window_.top - samples(i, 1));
      if (!(x >= 0 && x <= kPanelWidth && y >= 0 && y <= height_)) continue;
      absl::StrAppendFormat(&path, "M%.1f %.1fh0", x, y);
    }
    return absl::StrCat("<path class=\"dots\" d=\"", path, "\"/>\n");
  }

  std::string Ticks(bool with_vertical) const {
    const double step = TickStep(
        std::max(window_.right - window_.left, window_.top - window_.bottom));
    std::string svg;
    for (double x = step * std::ceil(window_.left / step); x <= window_.right;
         x += step) {
      svg += Text(scale_ * (x - window_.left),
                  height_ + 14,
                  "middle",
                  10,
                  absl::StrFormat("%g", Rounded(x, step)));
    }
    for (double y = step * std::ceil(window_.bottom / step);
         with_vertical && y <= window_.top;
         y += step) {
      svg += Text(-4,
                  scale_ * (window_.top - y) + 4,
                  "end",
                  10,
                  absl::StrFormat("%g", Rounded(y, step)));
    }
    return svg;
  }

 private:
  // Without the dust of repeated sums.
  static double Rounded(double value, double step) {
    return step * std::round(value / step) + 0.0;
  }

  const DensityMap& density_;
  const MapWindow& window_;
  double scale_;
  double height_;
};

}  // namespace

DensityMap MakeDensityMap(const Target& target,
                          const MapWindow& window,
                          Index num_columns) {
  TTFLOW_CHECK(target.dimension() == 2);
  const double width = window.right - window.left;
  const double height = window.top - window.bottom;
  const Index num_rows = static_cast<Index>(
      std::lround(static_cast<double>(num_columns - 1) * height / width) + 1);
  Matrix points(num_rows * num_columns, 2);
  for (Index row = 0; row < num_rows; ++row) {
    for (Index column = 0; column < num_columns; ++column) {
      const Index i = row * num_columns + column;
      points(i, 0) = window.left + width * static_cast<double>(column) /
                                       static_cast<double>(num_columns - 1);
      points(i, 1) = window.bottom + height * static_cast<double>(row) /
                                         static_cast<double>(num_rows - 1);
    }
  }
  Vector energy(points.rows());
  NullInterrupter interrupter;
  TTFLOW_CHECK(target.Evaluate(points, energy, nullptr, interrupter).ok());
  DensityMap map{window, Matrix(num_rows, num_columns)};
  for (Index row = 0; row < num_rows; ++row) {
    for (Index column = 0; column < num_columns; ++column) {
      map.log_density(row, column) = -energy[row * num_columns + column];
    }
  }
  return map;
}

std::string SampleMapSvg(const std::string& title,
                         const DensityMap& density,
                         const std::vector<double>& drops,
                         const std::vector<MapPanel>& panels) {
  const Map map(density);
  const double width =
      kLeft + static_cast<double>(panels.size()) * (kPanelWidth + kGap);
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" fill=\"#222\">\n"
      "<style>.dots{fill:none;stroke:#0072b2;stroke-width:1.8;"
      "stroke-linecap:round;stroke-opacity:.55}"
      ".lines{fill:none;stroke:#888;stroke-width:.7}</style>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      width,
      kTop + map.height() + kBelow);
  svg += "<defs><g id=\"contours\" class=\"lines\">\n";
  for (const double drop : drops) svg += map.ContourPath(drop);
  svg += "</g></defs>\n";
  svg += Text(kLeft, 20, "start", 14, title);
  for (std::size_t p = 0; p < panels.size(); ++p) {
    svg +=
        absl::StrFormat("<g transform=\"translate(%.1f %.1f)\">\n",
                        kLeft + static_cast<double>(p) * (kPanelWidth + kGap),
                        kTop);
    svg += Text(0, -8, "start", 12, panels[p].title);
    svg += "<use href=\"#contours\"/>\n" + map.Dots(panels[p].samples);
    svg += absl::StrFormat(
        "<rect width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
        "stroke=\"#bbb\"/>\n",
        kPanelWidth,
        map.height());
    svg += map.Ticks(p == 0) + "</g>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace ttflow::benchmarks
