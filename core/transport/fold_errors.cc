#include "core/transport/fold_errors.h"

namespace ttflow {

Vector FoldSquaredErrors(const FitRows& rows, int f, const Vector& residual) {
  double weight = 0, sum = 0;
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] != f) continue;
    weight += rows.weights[i];
    sum += rows.weights[i] * residual[i];
  }
  const double mean = sum / weight;
  Vector errors = Vector::Zero(rows.size());
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] != f) continue;
    const double error = residual[i] - mean;
    errors[i] = error * error;
  }
  return errors;
}

double FoldRisk(const FitRows& rows, int f, const Vector& errors) {
  double weight = 0, sum = 0;
  for (Index i = 0; i < rows.size(); ++i) {
    if (rows.fold[i] != f) continue;
    weight += rows.weights[i];
    sum += rows.weights[i] * errors[i];
  }
  return sum / weight;
}

bool Improves(const FitRows& rows,
              const Vector& before,
              const Vector& after,
              double significance,
              double gain) {
  const Vector fall = before - after;
  const double mean = rows.weights.dot(fall);
  const double noise =
      rows.weights.cwiseProduct((fall.array() - mean).matrix()).norm();
  return mean > significance * noise && mean > gain * rows.weights.dot(before);
}

}  // namespace ttflow
