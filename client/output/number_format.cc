#include "client/output/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ttflow::client {
namespace {

bool StartsCodePoint(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::string WithThousands(std::int64_t value) {
  std::string text = fmt::format("{}", value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3;
       at > first;
       at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ' ');
  }
  return text;
}

std::string Compact(std::int64_t value) {
  if (std::abs(value) < 10000) return fmt::format("{}", value);
  const char* const units[] = {"k", "M", "G", "T"};
  double scaled = static_cast<double>(value) / 1000;
  int unit = 0;
  while (std::abs(scaled) >= 999.5 && unit < 3) {
    scaled /= 1000;
    ++unit;
  }
  const int decimals = std::abs(scaled) >= 99.95  ? 0
                       : std::abs(scaled) < 9.995 ? 2
                                                  : 1;
  return fmt::format("{:.{}f}{}", scaled, decimals, units[unit]);
}

std::string Fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  if (std::isfinite(value) && zero && text[0] == '-') text.erase(0, 1);
  return text;
}

std::string WithError(double value, double standard_error, bool utf8) {
  if (!std::isfinite(standard_error) || standard_error <= 0)
    return Fixed(value, 3);
  const int exponent = static_cast<int>(std::floor(std::log10(standard_error)));
  const double leading = standard_error / std::pow(10.0, exponent);
  const int decimals = std::clamp((leading < 2 ? 1 : 0) - exponent, 0, 12);
  return fmt::format("{} {} {}",
                     Fixed(value, decimals),
                     utf8 ? "±" : "+/-",
                     Fixed(standard_error, decimals));
}

std::string Short(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const double size = std::abs(value);
  if (size != 0 && (size >= 1e5 || size < 1e-3))
    return fmt::format("{:.2e}", value);
  return Fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

std::string Duration(double seconds) {
  if (!(seconds >= 0)) return "?";
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format(
      "{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string Truncate(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (StartsCodePoint(text[at]) && seen++ == width)
      return std::string(text.substr(0, at));
  }
  return std::string(text);
}

std::string PadLeft(std::string_view text, std::size_t width) {
  const std::size_t have = DisplayWidth(text);
  return std::string(have < width ? width - have : 0, ' ') + std::string(text);
}

std::string PadRight(std::string_view text, std::size_t width) {
  const std::size_t have = DisplayWidth(text);
  return std::string(text) + std::string(have < width ? width - have : 0, ' ');
}

}  // namespace ttflow::client
