// EvenDensity: a density made the same at x and -x.

#ifndef TTFLOW_CORE_DENSITY_EVEN_DENSITY_H_
#define TTFLOW_CORE_DENSITY_EVEN_DENSITY_H_

#include <memory>

#include "core/density/density.h"

namespace ttflow {

// p(x) = (q(x) + q(-x)) / 2. Whatever one half of an even target q has missed
// is there by the other half.
class EvenDensity final : public Density {
 public:
  explicit EvenDensity(std::shared_ptr<const Density> half);

  Index dimension() const override { return half_->dimension(); }
  const std::shared_ptr<const Density>& half() const { return half_; }

  // Draw i is that of q, with a sign by the stream (kBase, 2, first + i).
  Matrix Sample(Index count,
                const RandomKey& key,
                const Executor& executor,
                Index first) const override;

  // Costs two evaluations of q.
  void LogDensity(const ConstMatrixRef& x,
                  const Executor& executor,
                  Vector& log_density,
                  Matrix* score) const override;

 private:
  std::shared_ptr<const Density> half_;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_EVEN_DENSITY_H_
