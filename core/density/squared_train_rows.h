// Squared train rows: the data rows of the regression for a squared train.

#ifndef TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ROWS_H_
#define TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ROWS_H_

#include <vector>

#include "core/density/cell_basis.h"
#include "core/density/squared_train.h"
#include "core/density/squared_train_problem.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

// The points in the order training, held out, with what every row needs. In the
// notation of FitSquaredTrain: r_i, sqrt(W_i), c_ik.
struct SquaredTrainRows {
  Index num_training = 0;
  std::vector<std::vector<Index>> cell;  // of the marginals, [d][N]
  Vector scale;                          // r [N]
  Vector target;                         // sqrt(W) [N]
  Vector heldout_weights;                // W [N - num_training]
  Vector heldout_log_ratio;              // log p/q there
  // Of the training rows alone, empty without gradient rows:
  Matrix half_slope;      // (d_k log q + d_k f) / 2 [num_training, d]
  Matrix gradient_scale;  // sqrt(gradient_weight) c_ik [num_training, d]

  Index size() const { return scale.size(); }
  Index num_heldout() const { return size() - num_training; }
  // Whether there is anything to fit and to judge it by.
  bool usable() const { return num_training > 0 && heldout_weights.sum() > 0; }
};

// Makes the rows on the marginals of `product`. Points without weight or with q
// or p that is not finite are left out; large scales r are capped, since
// outliers of p/q would rule the regression.
// Random: the held-out points, stream (kFit, 2^20, 0) of `key`.
SquaredTrainRows MakeSquaredTrainRows(const SquaredTrainParameters& product,
                                      const DensityProblem& problem,
                                      const SquaredTrainOptions& options,
                                      const RandomKey& key);

// Predicts, by PredictLogEss at the held-out rows, the log ESS of q T^2 / |T|^2
// with the defensive part eps. `value` holds T there [num_heldout] and
// `square_norm` is |T|^2. -infinity where that is no density.
double PredictHeldOut(const SquaredTrainRows& rows,
                      double defensive_weight,
                      const ConstVectorRef& value,
                      double square_norm);

// Functions of coordinate k at the rows [begin, end), [end - begin, m].
Matrix GatherValues(const SquaredTrainRows& rows,
                    const CellBasis& basis,
                    Index k,
                    Index begin,
                    Index end);

// The same of c_ik (b' + b (d_k log q + d_k f) / 2), for training rows: what
// the gradient row of coordinate k has in place of the functions.
Matrix GatherSlopes(const SquaredTrainRows& rows,
                    const CellBasis& basis,
                    Index k,
                    Index begin,
                    Index end);

}  // namespace ttflow

#endif  // TTFLOW_CORE_DENSITY_SQUARED_TRAIN_ROWS_H_
