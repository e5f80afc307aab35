// Squared train problem: what a squared train is fitted to, and how.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_PROBLEM_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_PROBLEM_H_

#include "core/foundation/types.h"

namespace ttflow {

// Points with what is known of the density p that is fitted, in local
// coordinates u.
struct DensityProblem {
  ConstMatrixRef position;    // u [N, d]
  ConstVectorRef weights;     // [N], sum 1: importance weights to p
  ConstVectorRef log_target;  // log p, not normalised [N]
  ConstMatrixRef gradient;    // -grad_u log p [N, d]
};

struct SquaredTrainOptions {
  Index basis_size = 8;    // functions a coordinate, with the constant
  Index max_rank = 8;      // 1: no coupling between coordinates
  int num_sweeps = 2;      // forward sweeps an alternating fit
  int max_growths = 3;     // times that all ranks grow by one in one fit
  double min_gain = 0.02;  // of the predicted log ESS, to keep a change
  // Ranks grow no further where the predicted log ESS is above this.
  double good_enough = -0.03;
  double gradient_weight = 1;  // of the gradient rows; 0: energies only
  double defensive_weight = 0.05;
};

// Standard deviations of the points in one of the wide defensive part.
inline constexpr double kWideScale = 1.5;

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_PROBLEM_H_
