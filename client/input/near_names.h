// Near names: what the user may have meant.

#ifndef TTFLOW_CLIENT_INPUT_NEAR_NAMES_H_
#define TTFLOW_CLIENT_INPUT_NEAR_NAMES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ttflow::client {

// Insertions, deletions, substitutions and swaps of neighbours from `a` to `b`
// (optimal string alignment distance).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidates that `name` is most likely to have meant, best first: few
// edits away (for dotted paths, also of the last part alone). Empty where none
// is near.
std::vector<std::string> NearNames(std::string_view name,
                                   std::span<const std::string> candidates,
                                   std::size_t max_names = 3);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_INPUT_NEAR_NAMES_H_
