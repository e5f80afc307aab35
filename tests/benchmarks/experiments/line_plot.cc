#include "tests/benchmarks/experiments/line_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

namespace ttflow::benchmarks {
namespace {

constexpr double kPanelWidth = 230;
constexpr double kPanelHeight = 170;
constexpr double kLeft = 48;   // of the axes in a panel
constexpr double kTop = 52;    // title of the plot and of the panel
constexpr double kBelow = 62;  // ticks, axis label and legend
constexpr double kGap = 14;
constexpr int kTicks = 5;             // about, at round numbers
constexpr std::size_t kOwnTicks = 6;  // so few places on x are ticks themselves
constexpr double kLeastWidth = 620;   // for title and legend
// Distinct in hue and in lightness.
constexpr const char* kColours[] = {"#0072b2",
                                    "#56b4e9",
                                    "#d55e00",
                                    "#e69f00",
                                    "#009e73",
                                    "#cc79a7",
                                    "#000000",
                                    "#888888"};

std::string Text(
    double x, double y, const char* anchor, int size, const std::string& text) {
  char head[160];
  std::snprintf(head,
                sizeof head,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" "
                "font-size=\"%d\">",
                x,
                y,
                anchor,
                size);
  return head + text + "</text>\n";
}

std::string Line(double x1,
                 double y1,
                 double x2,
                 double y2,
                 const std::string& colour,
                 double width) {
  char text[200];
  std::snprintf(text,
                sizeof text,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
                "stroke=\"%s\" stroke-width=\"%.1f\"/>\n",
                x1,
                y1,
                x2,
                y2,
                colour.c_str(),
                width);
  return text;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// An interval of numbers and where it lies in the picture.
struct Scale {
  double lower = std::numeric_limits<double>::infinity();
  double upper = -std::numeric_limits<double>::infinity();
  double from = 0;
  double to = 1;

  void Include(double value) {
    if (!std::isfinite(value)) return;
    lower = std::min(lower, value);
    upper = std::max(upper, value);
  }
  void Widen(double share) {
    if (!(lower <= upper)) lower = upper = 0;
    const double margin = upper > lower ? share * (upper - lower) : 0.5;
    lower -= margin;
    upper += margin;
  }
  double At(double value) const {
    return from + (to - from) * (value - lower) / (upper - lower);
  }
};

// Round numbers, 1, 2 or 5 times a power of ten apart, within the scale.
std::vector<double> RoundTicks(const Scale& scale) {
  const double raw = (scale.upper - scale.lower) / kTicks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double share = raw / power;
  const double step = power * (share <= 1   ? 1
                               : share <= 2 ? 2
                               : share <= 5 ? 5
                                            : 10);
  std::vector<double> ticks;
  for (double k = std::ceil(scale.lower / step); k * step <= scale.upper; ++k) {
    ticks.push_back(k == 0 ? 0 : k * step);  // not -0
  }
  return ticks;
}

// The places on x where there are few, else round numbers.
std::vector<double> PlaceTicks(const PlotPanel& panel, const Scale& scale) {
  std::set<double> places;
  for (const PlotSeries& series : panel.series) {
    for (const PlotPoint& point : series.points) places.insert(point.x);
  }
  if (places.size() > kOwnTicks) return RoundTicks(scale);
  return {places.begin(), places.end()};
}

class Plot {
 public:
  Plot(const PlotLabels& labels, const std::vector<PlotPanel>& panels)
      : labels_(labels), panels_(panels) {
    for (const PlotPanel& panel : panels) {
      for (const PlotSeries& series : panel.series) {
        if (ColourIndex(series.label) == names_.size()) {
          names_.push_back(series.label);
        }
      }
    }
  }

  std::string Draw() const {
    double legend = kLeft + kGap;
    for (const std::string& name : names_) legend += EntryWidth(name);
    const double width = std::max(
        {kLeastWidth,
         legend,
         static_cast<double>(panels_.size()) * (kLeft + kPanelWidth + kGap) +
             kGap});
    const double height = kTop + kPanelHeight + kBelow;
    char head[240];
    std::snprintf(head,
                  sizeof head,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
                  "height=\"%.0f\" font-family=\"sans-serif\" fill=\"#222\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                  width,
                  height);
    std::string svg = head;
    svg += Text(kGap, 20, "start", 14, labels_.title);
    for (std::size_t p = 0; p < panels_.size(); ++p) {
      svg += DrawPanel(
          panels_[p],
          kLeft + static_cast<double>(p) * (kLeft + kPanelWidth + kGap));
    }
    double x = kLeft;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const double y = height - 12;
      svg += Line(x, y - 4, x + 18, y - 4, Colour(i), 2.5);
      svg += Text(x + 22, y, "start", 11, names_[i]);
      x += EntryWidth(names_[i]);
    }
    return svg + "</svg>\n";
  }

 private:
  static double EntryWidth(const std::string& name) {
    return 40 + 6.5 * static_cast<double>(name.size());
  }
  std::size_t ColourIndex(const std::string& label) const {
    return static_cast<std::size_t>(
        std::find(names_.begin(), names_.end(), label) - names_.begin());
  }
  static std::string Colour(std::size_t index) {
    return kColours[index % std::size(kColours)];
  }
  double Value(double y) const { return labels_.log_y ? std::log10(y) : y; }

  std::string DrawPanel(const PlotPanel& panel, double left) const {
    Scale horizontal{.from = left, .to = left + kPanelWidth};
    Scale vertical{.from = kTop + kPanelHeight, .to = kTop};
    for (const PlotSeries& series : panel.series) {
      for (const PlotPoint& point : series.points) {
        horizontal.Include(point.x);
        for (const double y : {point.y.value, point.y.lower, point.y.upper}) {
          vertical.Include(Value(y));
        }
      }
    }
    horizontal.Widen(0.06);
    vertical.Widen(0.06);
    const double bottom = kTop + kPanelHeight;
    std::string svg = Text(left, kTop - 8, "start", 12, panel.title);
    for (const double value : RoundTicks(vertical)) {
      const double y = vertical.At(value);
      svg += Line(left, y, left + kPanelWidth, y, "#ddd", 1);
      svg += Text(left - 4,
                  y + 4,
                  "end",
                  10,
                  Number(labels_.log_y ? std::pow(10, value) : value));
    }
    for (const double tick : PlaceTicks(panel, horizontal)) {
      svg += Text(horizontal.At(tick), bottom + 14, "middle", 10, Number(tick));
    }
    svg +=
        Text(left + kPanelWidth / 2,
             bottom + 28,
             "middle",
             11,
             labels_.y.empty() ? labels_.x
                               : labels_.x + " (vertical: " + labels_.y + ")");
    for (const PlotSeries& series : panel.series) {
      svg += DrawSeries(series, horizontal, vertical);
    }
    return svg;
  }

  std::string DrawSeries(const PlotSeries& series,
                         const Scale& horizontal,
                         const Scale& vertical) const {
    const std::string colour = Colour(ColourIndex(series.label));
    std::string svg;
    const PlotPoint* last = nullptr;
    for (const PlotPoint& point : series.points) {
      const double value = Value(point.y.value);
      if (!std::isfinite(value)) continue;
      const double x = horizontal.At(point.x);
      const double y = vertical.At(value);
      const double lower = Value(point.y.lower);
      const double upper = Value(point.y.upper);
      if (std::isfinite(lower) && std::isfinite(upper)) {
        svg += Line(x, vertical.At(lower), x, vertical.At(upper), colour, 1);
      }
      if (last != nullptr) {
        svg += Line(horizontal.At(last->x),
                    vertical.At(Value(last->y.value)),
                    x,
                    y,
                    colour,
                    2);
      }
      last = &point;
    }
    return svg;
  }

  const PlotLabels& labels_;
  const std::vector<PlotPanel>& panels_;
  std::vector<std::string> names_;
};

}  // namespace

std::string LinePlotSvg(const PlotLabels& labels,
                        const std::vector<PlotPanel>& panels) {
  return Plot(labels, panels).Draw();
}

}  // namespace ttflow::benchmarks
