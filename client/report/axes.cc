#include "client/report/axes.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace ttflow::client {
namespace {

// Tenths of a pixel as text: 1234 -> "123.4", 1230 -> "123".
std::string Tenths(std::int64_t value) {
  const char* const sign = value < 0 ? "-" : "";
  const std::int64_t size = std::abs(value);
  if (size % 10 == 0) return fmt::format("{}{}", sign, size / 10);
  return fmt::format("{}{}.{}", sign, size / 10, size % 10);
}

std::int64_t InTenths(double pixel) { return std::llround(10 * pixel); }

std::string Pixel(double value) { return Tenths(InTenths(value)); }

bool Inside(const Panel& panel, const Point& point) {
  return point[0] >= panel.x.lower && point[0] <= panel.x.upper &&
         point[1] >= panel.y.lower && point[1] <= panel.y.upper;
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
  }
  return escaped;
}

Scale Panel::XScale() const {
  return {x.lower, x.upper, left, left + width, logarithmic_x};
}

Scale Panel::YScale() const {
  return {y.lower, y.upper, top + height, top, false};
}

std::string TextSvg(double x,
                    double y,
                    std::string_view text,
                    std::string_view css_class,
                    std::string_view anchor) {
  return fmt::format(
      "<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
      css_class,
      Pixel(x),
      Pixel(y),
      anchor,
      EscapeXml(text));
}

std::string AxesSvg(const Panel& panel) {
  const Scale x = panel.XScale();
  const Scale y = panel.YScale();
  const double right = panel.left + panel.width;
  const double bottom = panel.top + panel.height;
  std::string grid;
  std::string labels;
  for (const Tick& tick : Ticks(x, panel.wanted_x_ticks)) {
    grid += fmt::format(
        "M{} {}V{}", Pixel(x(tick.value)), Pixel(bottom), Pixel(panel.top));
    labels += TextSvg(x(tick.value), bottom + 15, tick.label, "tick", "middle");
  }
  for (const Tick& tick : Ticks(y, panel.wanted_y_ticks)) {
    grid += fmt::format(
        "M{} {}H{}", Pixel(panel.left), Pixel(y(tick.value)), Pixel(right));
    labels +=
        TextSvg(panel.left - 6, y(tick.value) + 3.5, tick.label, "tick", "end");
  }
  std::string svg = fmt::format("<path class=\"grid\" d=\"{}\"/>\n", grid);
  svg += fmt::format(
      "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
      Pixel(panel.left),
      Pixel(panel.top),
      Pixel(panel.width),
      Pixel(panel.height));
  svg += labels;
  svg += TextSvg(panel.left, panel.top - 8, panel.title, "panel");
  svg += TextSvg(panel.left + panel.width / 2,
                 bottom + 31,
                 panel.x_label,
                 "label",
                 "middle");
  const double middle = panel.top + panel.height / 2;
  const double edge = panel.left - 40;
  svg += fmt::format(
      "<text class=\"label\" x=\"{0}\" y=\"{1}\" text-anchor=\"middle\" "
      "transform=\"rotate(-90 {0} {1})\">{2}</text>\n",
      Pixel(edge),
      Pixel(middle),
      EscapeXml(panel.y_label));
  return svg;
}

std::string Clipped(const Panel& panel, const std::string& marks) {
  return fmt::format(
      "<clipPath id=\"{0}\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" "
      "height=\"{4}\"/></clipPath>\n"
      "<g clip-path=\"url(#{0})\">\n{5}</g>\n",
      panel.id,
      Pixel(panel.left),
      Pixel(panel.top),
      Pixel(panel.width),
      Pixel(panel.height),
      marks);
}

std::string DotsSvg(const Panel& panel,
                    std::span<const Point> points,
                    std::string_view css_class) {
  const Scale x = panel.XScale();
  const Scale y = panel.YScale();
  std::string path;
  std::int64_t last_x = 0;
  std::int64_t last_y = 0;
  for (const Point& point : points) {
    if (!Inside(panel, point)) continue;
    const std::int64_t at_x = InTenths(x(point[0]));
    const std::int64_t at_y = InTenths(y(point[1]));
    // A path that starts with a relative move starts at the origin.
    path +=
        fmt::format("m{} {}h0", Tenths(at_x - last_x), Tenths(at_y - last_y));
    last_x = at_x;
    last_y = at_y;
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", css_class, path);
}

std::string LineSvg(const Panel& panel,
                    std::span<const Point> points,
                    std::string_view css_class) {
  const Scale x = panel.XScale();
  const Scale y = panel.YScale();
  std::string path;
  for (const Point& point : points) {
    if (!std::isfinite(point[0]) || !std::isfinite(point[1])) continue;
    path += fmt::format("{}{} {}",
                        path.empty() ? "M" : "L",
                        Pixel(x(point[0])),
                        Pixel(y(point[1])));
  }
  return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", css_class, path);
}

std::string CrossesSvg(const Panel& panel, std::span<const Point> points) {
  const Scale x = panel.XScale();
  const Scale y = panel.YScale();
  std::string path;
  for (const Point& point : points) {
    if (!Inside(panel, point)) continue;
    path += fmt::format(
        "M{} {}m-3.5 0h7m-3.5 -3.5v7", Pixel(x(point[0])), Pixel(y(point[1])));
  }
  // The halo keeps a cross legible on a cloud of dots of any colour.
  return fmt::format(
      "<path class=\"halo\" d=\"{0}\"/>\n<path class=\"mode\" d=\"{0}\"/>\n",
      path);
}

}  // namespace ttflow::client
