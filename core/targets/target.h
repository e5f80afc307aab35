// Target: a built-in energy with its truth, and the schema of its parameters.

#ifndef TTFLOW_CORE_TARGETS_TARGET_H_
#define TTFLOW_CORE_TARGETS_TARGET_H_

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/energy/energy.h"
#include "core/foundation/random.h"

namespace ttflow {

// A built-in energy and what is exactly known of it.
class Target : public Energy {
 public:
  // log Z, nats, where it is known exactly (closed form or quadrature).
  virtual std::optional<double> LogEvidence() const { return std::nullopt; }
  // Independent exact draws [count, d] from the streams (kExact, 0, i) of
  // `key`; nullopt where there is no exact sampler.
  virtual std::optional<Matrix> SampleExactly(Index count,
                                              const RandomKey& key) const;
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
  // Of a scalar, or of every entry of a list; unset: required, or see
  // description.
  std::optional<double> default_value = std::nullopt;
  bool required = false;
  // Inclusive bounds of every value.
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
};

struct TargetSchema {
  std::string name;
  std::string description;  // the energy, its truth and its source
  std::vector<ParameterSchema> parameters = {};
  Index default_dimension = 0;  // 0: the user or a parameter must say
  Index minimum_dimension = 1;
  Index maximum_dimension = 0;   // 0: no limit but memory
  Index dimension_multiple = 1;  // 2 where coordinates come in pairs
  bool has_exact_evidence = false;
  bool has_exact_sampler = false;
};

// Lower bound of a parameter that has to be positive: far below any use, far
// above the squares that underflow.
inline constexpr double kSmallestPositive = 1e-100;
inline constexpr double kLargestPositive = 1e100;

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_TARGET_H_
