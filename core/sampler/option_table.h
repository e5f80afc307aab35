// Option table: every option of a run, once: name, meaning, default, range,
// unit.
//
// Validation, the help of --set, the documentation and the test that no option
// is forgotten all read this table.

#ifndef TTFLOW_CORE_SAMPLER_OPTION_TABLE_H_
#define TTFLOW_CORE_SAMPLER_OPTION_TABLE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/sampler/sampler_options.h"

namespace ttflow {

enum class OptionType { kInteger, kReal, kBoolean, kChoice, kRealList };

// One option. Numbers are read through `values`, so that one rule checks all.
struct OptionRow {
  std::string_view path;  // "flow.max_rank", as on the wire and in --set
  OptionType type;
  std::string_view description;  // meaning, and what 0 or empty stands for
  double minimum = 0;            // inclusive, of every value
  double maximum = 0;
  std::string_view unit;                  // "" if dimensionless
  std::vector<std::string_view> choices;  // kChoice: names in the enum's order
  // The value in a set of options: one number, all of a list, or a choice's
  // index.
  std::vector<double> (*values)(const SamplerOptions&) = nullptr;
};

// All rows, in the order of the documentation.
std::span<const OptionRow> OptionTable();

// Returns the row's value in `options` as text ("8", "auto", "[0, 1]").
std::string OptionValueText(const OptionRow& row,
                            const SamplerOptions& options);

}  // namespace ttflow

#endif  // TTFLOW_CORE_SAMPLER_OPTION_TABLE_H_
