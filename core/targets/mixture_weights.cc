#include "core/targets/mixture_weights.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace ttflow {
namespace {

constexpr double kSumTolerance = 1e-6;

}  // namespace

Vector ReadMixtureWeights(TargetParameters& parameters,
                          Index num_components,
                          std::string_view component_list) {
  const double equal = 1.0 / static_cast<double>(num_components);
  const Vector stand_in = Vector::Constant(num_components, equal);
  if (!parameters.Has("weights")) return stand_in;
  // One value is not repeated: weights have to sum to one.
  if (parameters.Count("weights") != num_components) {
    parameters.AddViolation(
        "weights",
        absl::StrCat(
            "has ",
            parameters.Count("weights"),
            " values for ",
            num_components,
            " ",
            absl::string_view(component_list.data(), component_list.size()),
            "; give ",
            num_components));
    return stand_in;
  }
  const Vector weights = parameters.Values("weights");
  const double sum = weights.sum();
  if (std::isfinite(sum) && std::abs(sum - 1) > kSumTolerance) {
    parameters.AddViolation(
        "weights",
        absl::StrCat("sum to ", sum, ", not to 1; divide each by ", sum));
  }
  return weights;
}

ComponentDraw::ComponentDraw(const Vector& weights) : cumulative_(weights) {
  for (Index k = 1; k < cumulative_.size(); ++k)
    cumulative_[k] += cumulative_[k - 1];
}

Index ComponentDraw::operator()(RandomStream& stream) const {
  const double* begin = cumulative_.data();
  const double* end = begin + cumulative_.size();
  const double mark = stream.Uniform() * end[-1];
  // Rounding may put the mark at the very end.
  return std::min<Index>(std::upper_bound(begin, end, mark) - begin,
                         cumulative_.size() - 1);
}

Eigen::ArrayXd SumComponents(Eigen::ArrayXXd& log_terms, VectorRef energy) {
  // Nats below the largest component at which one counts as nothing: far below
  // rounding, and far above the subnormal numbers, whose arithmetic is slow.
  constexpr double kNegligible = -600;
  const Eigen::ArrayXd largest = log_terms.rowwise().maxCoeff();
  Eigen::ArrayXd below(log_terms.rows());
  Eigen::ArrayXd total = Eigen::ArrayXd::Zero(log_terms.rows());
  for (Index k = 0; k < log_terms.cols(); ++k) {
    below = log_terms.col(k) - largest;
    log_terms.col(k) =
        (below > kNegligible).select(below.max(kNegligible).exp(), 0.0);
    total += log_terms.col(k);
  }
  energy.array() = -(largest + total.log());
  return total;
}

}  // namespace ttflow
