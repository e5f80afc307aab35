#include "client/output/table.h"

#include <algorithm>

#include "client/output/number_format.h"

namespace ttflow::client {

std::string TableText(const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return "";
  std::vector<std::string> header = rows[0];
  std::vector<bool> right(header.size());
  for (std::size_t k = 0; k < header.size(); ++k) {
    right[k] = header[k].starts_with('>');
    if (right[k]) header[k].erase(0, 1);
  }
  std::vector<std::size_t> widths(header.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string>& row = i == 0 ? header : rows[i];
    for (std::size_t k = 0; k < std::min(row.size(), widths.size()); ++k) {
      widths[k] = std::max(widths[k], DisplayWidth(row[k]));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<std::string>& row = i == 0 ? header : rows[i];
    std::string line;
    for (std::size_t k = 0; k < std::min(row.size(), widths.size()); ++k) {
      if (k > 0) line += "  ";
      line +=
          right[k] ? PadLeft(row[k], widths[k]) : PadRight(row[k], widths[k]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace ttflow::client
