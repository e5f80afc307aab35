// TargetParameters: the values of a target's parameters, checked against its
// schema.

#ifndef TTFLOW_CORE_TARGETS_TARGET_PARAMETERS_H_
#define TTFLOW_CORE_TARGETS_TARGET_PARAMETERS_H_

#include <string>
#include <string_view>

#include "core/foundation/types.h"
#include "core/foundation/violations.h"
#include "core/targets/target.h"

namespace ttflow {

// Hands a factory its parameters; every fault becomes a violation, none stops
// the reading, so that one call finds them all. What is returned after a fault
// is a valid stand-in; the target is not made then.
class TargetParameters {
 public:
  // The largest dimension where the schema has no bound of its own: what a
  // target holds is of that size.
  static constexpr Index kMaximumDimension = 1'000'000;

  // Checks names, required parameters, finiteness and bounds at once. All
  // arguments must outlive this.
  TargetParameters(const TargetSchema& schema,
                   Index dimension,
                   const ParameterValues& values,
                   Violations& violations);

  // The dimension that the user gave, or the schema's default; 0 if neither.
  Index dimension() const { return dimension_; }
  // Lets a parameter say the dimension where nobody did before; 0 says nothing.
  // A parameter that contradicts the dimension is found when its values are
  // read.
  void ImplyDimension(Index dimension);
  // Checks the dimension against the schema's bounds; whether it is valid, so
  // that something of its size may be allocated.
  bool CheckDimension();

  // Number of values given, 0 if the parameter is absent.
  Index Count(std::string_view name) const;
  bool Has(std::string_view name) const { return Count(name) > 0; }
  // The scalar, or the schema's default.
  double Scalar(std::string_view name);
  // The integer scalar, or the schema's default.
  double Integer(std::string_view name);
  // The values [size]: as given, or one value (given or default) repeated.
  Vector Repeated(std::string_view name, Index size);
  // The values as a [rows, columns] matrix, given row by row.
  Matrix RowMajor(std::string_view name, Index rows, Index columns);
  // The values as they were given.
  Vector Values(std::string_view name) const;

  void AddViolation(std::string_view parameter, std::string description);
  void AddDimensionViolation(std::string description);
  bool ok() const { return violations_.empty(); }

 private:
  void CheckValues(const ParameterSchema& parameter,
                   const std::vector<double>& values);
  void CheckNames();
  const ParameterSchema& Schema(std::string_view name) const;

  const TargetSchema& schema_;
  Index dimension_;
  const ParameterValues& values_;
  Violations& violations_;
};

// Returns the name of `names` nearest to `name` by edit distance, or "" if none
// is near enough to be meant.
std::string NearestName(std::string_view name,
                        const std::vector<std::string>& names);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_TARGET_PARAMETERS_H_
