// Target registry: the built-in energies by name, with their parameter schemas.

#ifndef TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_
#define TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/energy/energy.h"
#include "core/foundation/random.h"
#include "core/foundation/violations.h"

namespace ttflow {

// A built-in energy and what is exactly known of it.
class Target : public Energy {
 public:
  // log Z, nats, where it is known exactly (closed form or quadrature).
  virtual std::optional<double> LogEvidence() const { return std::nullopt; }
  // Independent exact draws [count, d] from the streams (kExact, 0, i) of `key`;
  // nullopt where there is no exact sampler.
  virtual std::optional<Matrix> SampleExactly(Index count, const RandomKey& key) const;
  // Centres of the modes [K, d], or empty: pictures and mode counts use them.
  virtual Matrix ModeCenters() const { return {}; }
};

// The values of one parameter, row-major where it is a matrix. A scalar is one
// value; a matrix parameter's shape follows from the dimension.
using ParameterValues = std::map<std::string, std::vector<double>, std::less<>>;

// What one parameter of a target may be.
struct ParameterSchema {
  std::string name;
  std::string description;  // meaning, shape, unit
  std::optional<double> default_value;  // of a scalar; unset: required or see description
  bool required = false;
  double minimum = 0;       // inclusive bounds of every value
  double maximum = 0;
};

struct TargetSchema {
  std::string name;
  std::string description;     // the energy, its truth and its source
  std::vector<ParameterSchema> parameters;
  Index default_dimension = 0;  // 0: the user or a parameter must say
  Index minimum_dimension = 1;
  Index maximum_dimension = 0;  // 0: no limit but memory
  Index dimension_multiple = 1; // 2 where coordinates come in pairs
  bool has_exact_evidence = false;
  bool has_exact_sampler = false;
};

// All built-in targets, in the order of the documentation.
std::span<const TargetSchema> TargetSchemas();

// Makes a target. `dimension` 0 means unset: the schema's default or what the
// parameters imply. Every fault goes to `violations` (fields "name", "dimension",
// "parameters.NAME"), all of them at once; null is returned then.
std::shared_ptr<const Target> MakeTarget(std::string_view name,
                                         Index dimension,
                                         const ParameterValues& parameters,
                                         Violations& violations);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_TARGET_REGISTRY_H_
