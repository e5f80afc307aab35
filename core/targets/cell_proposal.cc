#include "core/targets/cell_proposal.h"

#include <algorithm>
#include <cmath>

namespace ttflow {

double CellWidth(double curvature) { return std::sqrt(8 * 0.05 / curvature); }

void CellProposal::Reset(double lower,
                         double width,
                         double curvature,
                         const Vector& log_density) {
  lower_ = lower;
  width_ = width;
  margin_ = width * width / 8 * curvature;
  const Index cells = log_density.size() - 1;
  bounds_ = log_density.head(cells).cwiseMax(log_density.tail(cells));
  cumulative_ = (bounds_.array() - bounds_.maxCoeff()).exp();
  for (Index j = 1; j < cells; ++j) cumulative_[j] += cumulative_[j - 1];
}

double CellProposal::Draw(RandomStream& stream,
                          absl::FunctionRef<double(double)> log_density) const {
  const double* begin = cumulative_.data();
  const double* end = begin + cumulative_.size();
  for (;;) {
    const double mark = stream.Uniform() * cumulative_[cumulative_.size() - 1];
    const Index cell = std::min<Index>(
        std::upper_bound(begin, end, mark) - begin, cumulative_.size() - 1);
    const double x =
        lower_ + width_ * (static_cast<double>(cell) + stream.Uniform());
    if (std::log(stream.Uniform()) < log_density(x) - bounds_[cell] - margin_)
      return x;
  }
}

}  // namespace ttflow
