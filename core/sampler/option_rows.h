// Option rows: the parts of the option table.

#ifndef TTFLOW_CORE_SAMPLER_OPTION_ROWS_H_
#define TTFLOW_CORE_SAMPLER_OPTION_ROWS_H_

#include <vector>

#include "core/sampler/option_table.h"

namespace ttflow::option_rows {

// The values of an option that is one number.
template <typename Number>
std::vector<double> One(Number value) {
  return {static_cast<double>(value)};
}

// The same of one that is a choice of an enum.
template <typename Enum>
std::vector<double> Choice(Enum value) {
  return {static_cast<double>(static_cast<int>(value))};
}

// Rows of SamplerOptions::density and ::evidence, in the order of their
// members.
std::vector<OptionRow> DensityAndEvidenceRows();

}  // namespace ttflow::option_rows

#endif  // TTFLOW_CORE_SAMPLER_OPTION_ROWS_H_
