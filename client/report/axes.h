// Axes: one framed panel of a picture, with ticks, labels and marks, as SVG.

#ifndef TTFLOW_CLIENT_REPORT_AXES_H_
#define TTFLOW_CLIENT_REPORT_AXES_H_

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "client/report/scale.h"

namespace ttflow::client {

using Point = std::array<double, 2>;

// `text` with the five characters that mean something in XML written as
// entities; control characters, which XML has no form for, become spaces.
std::string EscapeXml(std::string_view text);

// Where a panel lies, in pixels, and what it spans.
struct Panel {
  std::string id;  // unique in the picture; names its clip path
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
  Interval x;
  Interval y;
  bool logarithmic_x = false;
  std::string title;
  std::string x_label;
  std::string y_label;
  int wanted_x_ticks = 6;
  int wanted_y_ticks = 6;

  Scale XScale() const;
  Scale YScale() const;
};

// Frame, grid, ticks, labels and title.
std::string AxesSvg(const Panel& panel);

// `marks` kept inside the frame.
std::string Clipped(const Panel& panel, const std::string& marks);

// Dots as one path of zero-length strokes with relative moves in tenths of a
// pixel: some ten bytes a dot. Points outside the panel are left out.
std::string DotsSvg(const Panel& panel,
                    std::span<const Point> points,
                    std::string_view css_class);

// A line through the points.
std::string LineSvg(const Panel& panel,
                    std::span<const Point> points,
                    std::string_view css_class);

// A cross in a ring at each point.
std::string CrossesSvg(const Panel& panel, std::span<const Point> points);

// Text at a pixel; `anchor` is "start", "middle" or "end".
std::string TextSvg(double x,
                    double y,
                    std::string_view text,
                    std::string_view css_class,
                    std::string_view anchor = "start");

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_REPORT_AXES_H_
