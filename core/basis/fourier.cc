#include "core/basis/fourier.h"

#include <numbers>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Sine and cosine of angles in [-2.5, 2.5]: Taylor polynomials of the half
// angle, whose first left-out terms are below 1e-17 there, and the double-angle
// formulas. libm would choose its code path by the machine.
void SineCosine(const Eigen::ArrayXd& angle,
                Eigen::ArrayXd& sine,
                Eigen::ArrayXd& cosine) {
  const Eigen::ArrayXd half = 0.5 * angle;
  const Eigen::ArrayXd square = half.square();
  Eigen::ArrayXd s = Eigen::ArrayXd::Ones(angle.size());
  Eigen::ArrayXd c = s;
  for (int n = 10; n >= 1; --n) {
    s = 1 - square * s * (1.0 / ((2 * n) * (2 * n + 1)));
    c = 1 - square * c * (1.0 / ((2 * n) * (2 * n - 1)));
  }
  s *= half;
  sine = 2 * s * c;
  cosine = 1 - 2 * s.square();
}

Index NumColumns(const MatrixRef* values,
                 const MatrixRef* first,
                 const MatrixRef* second) {
  if (values != nullptr) return values->cols();
  if (first != nullptr) return first->cols();
  return second != nullptr ? second->cols() : 0;
}

}  // namespace

double BaseFrequency(BasisFamily family) {
  const double period = family == BasisFamily::kPureFourier
                            ? 2.6 * kReferenceHalfWidth
                            : 3 * kReferenceHalfWidth;
  return 2 * std::numbers::pi / period;
}

void EvaluateFourier(BasisFamily family,
                     const ConstVectorRef& u,
                     MatrixRef* values,
                     MatrixRef* first,
                     MatrixRef* second) {
  const Index m = NumColumns(values, first, second);
  TTFLOW_CHECK(values == nullptr || values->cols() == m);
  TTFLOW_CHECK(first == nullptr || first->cols() == m);
  TTFLOW_CHECK(second == nullptr || second->cols() == m);
  if (m == 0) return;
  if (values != nullptr) values->col(0).setOnes();
  if (first != nullptr) first->col(0).setZero();
  if (second != nullptr) second->col(0).setZero();
  Index j = 1;
  if (family == BasisFamily::kFourierExtension) {
    if (j < m) {
      if (values != nullptr) values->col(j) = u;
      if (first != nullptr) first->col(j).setOnes();
      if (second != nullptr) second->col(j).setZero();
      ++j;
    }
    if (j < m) {
      if (values != nullptr) values->col(j) = 0.5 * u.array().square();
      if (first != nullptr) first->col(j) = u;
      if (second != nullptr) second->col(j).setOnes();
      ++j;
    }
  }
  if (j >= m) return;
  const double base = BaseFrequency(family);
  Eigen::ArrayXd base_sine;
  Eigen::ArrayXd base_cosine;
  SineCosine(base * u.array(), base_sine, base_cosine);
  Eigen::ArrayXd sine = base_sine;
  Eigen::ArrayXd cosine = base_cosine;
  Eigen::ArrayXd next;
  for (Index k = 1; j < m; ++k) {
    const double w = base * static_cast<double>(k);
    if (values != nullptr) values->col(j) = sine;
    if (first != nullptr) first->col(j) = w * cosine;
    if (second != nullptr) second->col(j) = -w * w * sine;
    if (++j == m) break;
    if (values != nullptr) values->col(j) = cosine;
    if (first != nullptr) first->col(j) = -w * sine;
    if (second != nullptr) second->col(j) = -w * w * cosine;
    if (++j == m) break;
    next = sine * base_cosine + cosine * base_sine;
    cosine = cosine * base_cosine - sine * base_sine;
    sine.swap(next);
  }
}

}  // namespace ttflow
