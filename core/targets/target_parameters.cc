#include "core/targets/target_parameters.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

// Number of insertions, deletions and replacements that turn a into b.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// "3" for one value, "value 4 = 3" (0-based) for one of several.
std::string Which(std::size_t index, const std::vector<double>& values) {
  if (values.size() == 1) return absl::StrCat(values[index]);
  return absl::StrCat("value ", index, " = ", values[index]);
}

}  // namespace

std::string NearestName(std::string_view name,
                        const std::vector<std::string>& names) {
  std::string nearest;
  // A third of the letters wrong is no typing error any more.
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : names) {
    const std::size_t distance = EditDistance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

TargetParameters::TargetParameters(const TargetSchema& schema,
                                   Index dimension,
                                   const ParameterValues& values,
                                   Violations& violations)
    : schema_(schema),
      dimension_(dimension != 0 ? dimension : schema.default_dimension),
      values_(values),
      violations_(violations) {
  CheckNames();
  for (const ParameterSchema& parameter : schema_.parameters) {
    const auto found = values_.find(parameter.name);
    if (found == values_.end() || found->second.empty()) {
      if (parameter.required) {
        AddViolation(parameter.name,
                     absl::StrCat("missing; give ", parameter.description));
      } else if (found != values_.end()) {
        AddViolation(parameter.name,
                     "has no values; give some or leave it out");
      }
      continue;
    }
    CheckValues(parameter, found->second);
  }
}

void TargetParameters::CheckNames() {
  std::vector<std::string> names;
  for (const ParameterSchema& parameter : schema_.parameters)
    names.push_back(parameter.name);
  for (const auto& [name, unused] : values_) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string nearest = NearestName(name, names);
    std::string mend;
    if (!nearest.empty()) {
      mend = absl::StrCat("did you mean '", nearest, "'?");
    } else if (names.empty()) {
      mend = "it has none; leave it out";
    } else {
      mend = absl::StrCat("it has: ", absl::StrJoin(names, ", "));
    }
    AddViolation(
        name,
        absl::StrCat(
            "'", name, "' is no parameter of ", schema_.name, "; ", mend));
  }
}

void TargetParameters::CheckValues(const ParameterSchema& parameter,
                                   const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    std::string fault;
    if (!std::isfinite(value)) {
      fault = absl::StrCat(Which(i, values),
                           " is not finite; give a finite number");
    } else if (value < parameter.minimum &&
               parameter.minimum == kSmallestPositive) {
      fault = absl::StrCat(Which(i, values),
                           " is not positive; give a number above 0");
    } else if (value < parameter.minimum || value > parameter.maximum) {
      fault = absl::StrCat(Which(i, values),
                           " is outside [",
                           parameter.minimum,
                           ", ",
                           parameter.maximum,
                           "]; give a number inside");
    }
    if (!fault.empty()) {
      // One is enough of a list: the others have the same mend.
      AddViolation(parameter.name, std::move(fault));
      return;
    }
  }
}

const ParameterSchema& TargetParameters::Schema(std::string_view name) const {
  const auto found =
      std::find_if(schema_.parameters.begin(),
                   schema_.parameters.end(),
                   [&](const ParameterSchema& p) { return p.name == name; });
  TTFLOW_CHECK(found != schema_.parameters.end());
  return *found;
}

void TargetParameters::ImplyDimension(Index dimension) {
  if (dimension_ == 0) dimension_ = dimension;
}

bool TargetParameters::CheckDimension() {
  const Index d = dimension_;
  const Index lowest = schema_.minimum_dimension;
  const Index highest = schema_.maximum_dimension > 0
                            ? schema_.maximum_dimension
                            : kMaximumDimension;
  const Index multiple = schema_.dimension_multiple;
  if (d == 0) {
    AddDimensionViolation(
        absl::StrCat("missing; ", schema_.name, " needs to be told"));
  } else if ((d < lowest || d > highest) && lowest == highest) {
    AddDimensionViolation(absl::StrCat(d,
                                       ", but ",
                                       schema_.name,
                                       " has dimension ",
                                       lowest,
                                       "; give that or leave it out"));
  } else if (d < lowest || d > highest) {
    AddDimensionViolation(absl::StrCat(
        d, " is outside [", lowest, ", ", highest, "]; give one inside"));
  } else if (d % multiple != 0) {
    const Index below = d - d % multiple;
    AddDimensionViolation(
        absl::StrCat(d,
                     " is no multiple of ",
                     multiple,
                     "; give ",
                     below >= lowest ? absl::StrCat(below, " or ") : "",
                     below + multiple));
  } else {
    return true;
  }
  return false;
}

Index TargetParameters::Count(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? 0 : static_cast<Index>(found->second.size());
}

double TargetParameters::Scalar(std::string_view name) {
  return Repeated(name, 1)[0];
}

double TargetParameters::Integer(std::string_view name) {
  const double value = Scalar(name);
  if (std::isfinite(value) && value != std::floor(value)) {
    AddViolation(name, absl::StrCat(value, " is not an integer; give one"));
  }
  return value;
}

Vector TargetParameters::Repeated(std::string_view name, Index size) {
  const Index count = Count(name);
  if (count == 0)
    return Vector::Constant(size, Schema(name).default_value.value_or(1));
  if (count == 1) return Vector::Constant(size, Values(name)[0]);
  if (count != size) {
    AddViolation(
        name,
        size == 1
            ? absl::StrCat("has ", count, " values; give one")
            : absl::StrCat("has ", count, " values; give one, or ", size));
    return Vector::Ones(size);
  }
  return Values(name);
}

Matrix TargetParameters::RowMajor(std::string_view name,
                                  Index rows,
                                  Index columns) {
  const Index count = Count(name);
  if (count != rows * columns) {
    AddViolation(name,
                 absl::StrCat("has ",
                              count,
                              " values; give ",
                              rows,
                              " x ",
                              columns,
                              " = ",
                              rows * columns,
                              ", row by row"));
    return Matrix::Zero(rows, columns);
  }
  const Vector values = Values(name);
  return values.reshaped<Eigen::RowMajor>(rows, columns);
}

Vector TargetParameters::Values(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return {};
  return Eigen::Map<const Vector>(found->second.data(),
                                  static_cast<Index>(found->second.size()));
}

void TargetParameters::AddViolation(std::string_view parameter,
                                    std::string description) {
  violations_.Add(absl::StrCat("parameters.", View(parameter)),
                  std::move(description));
}

void TargetParameters::AddDimensionViolation(std::string description) {
  violations_.Add("dimension", std::move(description));
}

}  // namespace ttflow
