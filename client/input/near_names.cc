#include "client/input/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ttflow::client {
namespace {

std::string_view LastPart(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1,
                             current[j - 1] + 1,
                             previous[j - 1] + substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::vector<std::string> NearNames(std::string_view name,
                                   std::span<const std::string> candidates,
                                   std::size_t max_names) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::size_t whole = EditDistance(name, candidate);
    const std::size_t part = EditDistance(LastPart(name), LastPart(candidate));
    const bool close =
        whole <= std::max<std::size_t>(2, name.size() / 4) ||
        part <= std::max<std::size_t>(1, LastPart(name).size() / 4);
    if (close) near.emplace_back(std::min(whole, 2 * part + 1), candidate);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  if (near.size() > max_names) near.resize(max_names);
  std::vector<std::string> names;
  for (auto& [distance, candidate] : near)
    names.push_back(std::move(candidate));
  return names;
}

}  // namespace ttflow::client
