// logistic: the posterior of a Bayesian logistic regression.
//
//   E(w) = sum_i log(1 + exp(-s_i f_i . w))
//          + sum_k [w_k^2 / (2 prior_std^2) + log(2 pi prior_std^2) / 2]
//
// with s_i = 2 label_i - 1 and f_i the row of observation i, a one before its
// features where there is an intercept. d = features + intercept; coordinate 0
// is the intercept. The prior is normalised: log Z is the log probability of
// the labels, not known exactly.
//
// Why:     the everyday posterior: one mode, correlated, dear when there are
//          many observations.

#ifndef TTFLOW_CORE_TARGETS_LOGISTIC_H_
#define TTFLOW_CORE_TARGETS_LOGISTIC_H_

#include <memory>

#include "core/targets/target.h"
#include "core/targets/target_parameters.h"

namespace ttflow {

class Logistic final : public Target {
 public:
  // Shapes: features [n, p], n and p >= 1; labels [n], 0 or 1. Needs prior_std
  // > 0.
  Logistic(const Matrix& features,
           const Vector& labels,
           double prior_std,
           bool intercept);

  Index dimension() const override { return signed_features_.cols(); }
  EnergyTraits Traits() const override;
  absl::Status Evaluate(const ConstMatrixRef& x,
                        VectorRef energy,
                        MatrixRef* gradient,
                        Interrupter& interrupter) const override;

 private:
  void EvaluatePanel(const ConstMatrixRef& x,
                     VectorRef energy,
                     MatrixRef* gradient) const;

  // s_i f_i, [n, d]: with the sign inside, the two labels are one formula.
  Matrix signed_features_;
  double prior_std_;
  bool intercept_;
};

// What the registry knows of the target, and how it is made: null where the
// parameters have faults, which they then hold.
TargetSchema LogisticSchema();
std::shared_ptr<const Target> MakeLogistic(TargetParameters& parameters);

}  // namespace ttflow

#endif  // TTFLOW_CORE_TARGETS_LOGISTIC_H_
