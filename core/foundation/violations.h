// Violations: every fault of an input at once, each with its field and its
// mend.

#ifndef TTFLOW_CORE_FOUNDATION_VIOLATIONS_H_
#define TTFLOW_CORE_FOUNDATION_VIOLATIONS_H_

#include <string>
#include <utility>
#include <vector>

namespace ttflow {

// One fault: `field` is a dotted path as the user wrote it ("flow.max_rank",
// "target.parameters.std"), `description` says value, bound and mend.
struct Violation {
  std::string field;
  std::string description;
};

// Collects faults; an empty list means that the input is valid.
class Violations {
 public:
  void Add(std::string field, std::string description) {
    items_.push_back({std::move(field), std::move(description)});
  }
  // Appends all of `other`, each field prefixed by `prefix` and a dot.
  void Append(const std::string& prefix, const Violations& other) {
    for (const Violation& item : other.items_) {
      items_.push_back({prefix + "." + item.field, item.description});
    }
  }
  bool empty() const { return items_.empty(); }
  const std::vector<Violation>& items() const { return items_; }

 private:
  std::vector<Violation> items_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_VIOLATIONS_H_
