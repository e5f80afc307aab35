// Numbers as a person reads them.

#ifndef TTFLOW_CLIENT_OUTPUT_NUMBER_FORMAT_H_
#define TTFLOW_CLIENT_OUTPUT_NUMBER_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace ttflow::client {

// 391000 -> "391 000".
std::string WithThousands(std::int64_t value);

// 256123 -> "256k", 1234567 -> "1.23M"; below 10 000 the number itself.
std::string Compact(std::int64_t value);

// `value` with `decimals` digits after the point, never "-0.00"; "nan", "inf".
std::string Fixed(double value, int decimals);

// "73.854 ± 0.006": the error with one significant digit (two where the first
// is 1), the value with as many decimals. An error that is not positive and
// finite is left out.
std::string WithError(double value, double standard_error, bool utf8 = true);

// A few significant digits for tables and axis limits: 4 at most.
std::string Short(double value);

// 3.42 -> "3.4 s", 75 -> "1:15", 3700 -> "1:01:40".
std::string Duration(double seconds);

// Number of columns a UTF-8 text takes on a terminal (one a code point).
std::size_t DisplayWidth(std::string_view text);

// `text` cut to at most `width` columns.
std::string Truncate(std::string_view text, std::size_t width);

// `text` with spaces in front (behind) to `width` columns.
std::string PadLeft(std::string_view text, std::size_t width);
std::string PadRight(std::string_view text, std::size_t width);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_OUTPUT_NUMBER_FORMAT_H_
