// LinearDesign: the columns of the continuity equation in the additive and pair
// coefficients.

#ifndef TTFLOW_CORE_TRANSPORT_LINEAR_DESIGN_H_
#define TTFLOW_CORE_TRANSPORT_LINEAR_DESIGN_H_

#include <memory>
#include <span>
#include <vector>

#include "core/basis/basis.h"
#include "core/foundation/types.h"
#include "core/transport/fit_rows.h"
#include "core/transport/potential.h"

namespace ttflow {

// A pair of coordinates, i < j.
struct CoordinatePair {
  Index i = 0;
  Index j = 0;
  friend auto operator<=>(const CoordinatePair&,
                          const CoordinatePair&) = default;
};

// One column an unknown: for coordinate k and function j >= 1 (L 1 = 0)
//   L b_j = b_j''(u_k) - d_k f_t b_j'(u_k),
// coordinate after coordinate; then for every pair
//   pair_scale L (u_i u_j) = -pair_scale (d_i f_t u_j + d_j f_t u_i).
class LinearDesign {
 public:
  // `rows` must outlive the design. specs [d], or empty for pairs alone.
  LinearDesign(const FitRows& rows,
               std::vector<BasisSpec> specs,
               std::vector<CoordinatePair> pairs,
               double pair_scale);

  Index num_additive() const { return num_additive_; }
  Index size() const {
    return num_additive_ + static_cast<Index>(pairs_.size());
  }

  // Fills rows [begin, end): design [end - begin, size()]. Thread-safe.
  void Fill(Index begin, Index end, MatrixRef design) const;

  // Makes the potential of coefficients [columns.size()] that belong to
  // `columns`, ascending; all other unknowns are zero, and their pairs left
  // out.
  Potential MakePotential(std::span<const Index> columns,
                          const Vector& coefficients) const;

 private:
  const FitRows& rows_;
  std::vector<BasisSpec> specs_;
  std::vector<std::shared_ptr<const Basis>> bases_;
  std::vector<CoordinatePair> pairs_;
  double pair_scale_;
  Index num_additive_ = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_TRANSPORT_LINEAR_DESIGN_H_
