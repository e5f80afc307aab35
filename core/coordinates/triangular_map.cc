#include "core/coordinates/triangular_map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {
namespace {

bool IsStepSound(Index dimension, const TriangularStep& step) {
  const Index size = step.knots.size();
  const auto is_other = [&](Index k) {
    return k >= 0 && k < dimension && k != step.coordinate;
  };
  if (size < 3 || step.coordinate < 0 || step.coordinate >= dimension ||
      !is_other(step.driver) || step.log_scale.size() != size ||
      step.offset.size() != size + 1 || step.slope.rows() != size ||
      step.slope.cols() != static_cast<Index>(step.parents.size())) {
    return false;
  }
  for (Index k = 1; k < size; ++k) {
    if (!(step.knots[k - 1] < step.knots[k])) return false;
  }
  return step.knots.allFinite() && step.log_scale.allFinite() &&
         step.offset.allFinite() && step.slope.allFinite() &&
         std::all_of(step.parents.begin(), step.parents.end(), [&](Index k) {
           return is_other(k) && k != step.driver;
         });
}

}  // namespace

TriangularValue EvaluateStep(const TriangularStep& step,
                             const NaturalSpline& spline,
                             const Eigen::Ref<const Eigen::RowVectorXd>& x) {
  const Index size = spline.size();
  const double v = x[step.driver];
  const Vector values = spline.Values(v);
  const Vector slopes = spline.Slopes(v);
  const double t = spline.Unit(v);
  TriangularValue value;
  value.log_scale = step.log_scale.dot(values);
  value.log_scale_slope = step.log_scale.dot(slopes);
  value.center = step.offset.head(size).dot(values) + step.offset[size] * t * t;
  value.center_slope = step.offset.head(size).dot(slopes) +
                       2 * step.offset[size] * t * spline.unit_slope();
  value.parent_slope = step.slope.transpose() * values;
  for (std::size_t p = 0; p < step.parents.size(); ++p) {
    const double parent = x[step.parents[p]];
    const auto column = static_cast<Index>(p);
    value.center += parent * value.parent_slope[column];
    value.center_slope += parent * step.slope.col(column).dot(slopes);
  }
  return value;
}

void StepGradientForward(const TriangularStep& step,
                         const NaturalSpline& spline,
                         const ConstMatrixRef& x,
                         Matrix& gradient) {
  for (Index i = 0; i < x.rows(); ++i) {
    const TriangularValue at = EvaluateStep(step, spline, x.row(i));
    double& own = gradient(i, step.coordinate);
    for (std::size_t p = 0; p < step.parents.size(); ++p) {
      gradient(i, step.parents[p]) +=
          own * at.parent_slope[static_cast<Index>(p)];
    }
    gradient(i, step.driver) +=
        own * (at.center_slope -
               at.log_scale_slope * (x(i, step.coordinate) - at.center)) +
        at.log_scale_slope;
    own *= std::exp(-at.log_scale);
  }
}

bool TriangularMap::AreTriangular(Index dimension,
                                  const std::vector<TriangularStep>& steps) {
  std::vector<bool> changed(static_cast<std::size_t>(dimension), false);
  for (const TriangularStep& step : steps) {
    if (!IsStepSound(dimension, step)) return false;
    if (changed[step.coordinate] || changed[step.driver]) return false;
    for (const Index k : step.parents) {
      if (changed[k]) return false;
    }
    changed[step.coordinate] = true;
  }
  return true;
}

TriangularMap::TriangularMap(Index dimension, std::vector<TriangularStep> steps)
    : dimension_(dimension), steps_(std::move(steps)) {
  TTFLOW_CHECK(AreTriangular(dimension_, steps_));
  for (const TriangularStep& step : steps_) splines_.emplace_back(step.knots);
}

Matrix TriangularMap::Apply(const ConstMatrixRef& x) const {
  Matrix y = x;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Index j = steps_[s].coordinate;
    for (Index i = 0; i < x.rows(); ++i) {
      const TriangularValue at = EvaluateStep(steps_[s], splines_[s], x.row(i));
      y(i, j) = std::exp(at.log_scale) * (x(i, j) - at.center);
    }
  }
  return y;
}

Matrix TriangularMap::Invert(const ConstMatrixRef& y) const {
  Matrix x = y;
  for (std::size_t s = steps_.size(); s-- > 0;) {
    const Index j = steps_[s].coordinate;
    for (Index i = 0; i < y.rows(); ++i) {
      const TriangularValue at = EvaluateStep(steps_[s], splines_[s], x.row(i));
      x(i, j) = at.center + std::exp(-at.log_scale) * y(i, j);
    }
  }
  return x;
}

Vector TriangularMap::LogDeterminant(const ConstMatrixRef& x) const {
  Vector log_determinant = Vector::Zero(x.rows());
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    for (Index i = 0; i < x.rows(); ++i) {
      log_determinant[i] +=
          steps_[s].log_scale.dot(splines_[s].Values(x(i, steps_[s].driver)));
    }
  }
  return log_determinant;
}

Matrix TriangularMap::GradientForward(const ConstMatrixRef& x,
                                      const ConstMatrixRef& gradient) const {
  Matrix turned = gradient;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    StepGradientForward(steps_[s], splines_[s], x, turned);
  }
  return turned;
}

Matrix TriangularMap::GradientBack(const ConstMatrixRef& x,
                                   const ConstMatrixRef& gradient) const {
  Matrix turned = gradient;
  for (std::size_t s = steps_.size(); s-- > 0;) {
    const TriangularStep& step = steps_[s];
    for (Index i = 0; i < x.rows(); ++i) {
      const TriangularValue at = EvaluateStep(step, splines_[s], x.row(i));
      double& own = turned(i, step.coordinate);
      own *= std::exp(at.log_scale);
      turned(i, step.driver) -=
          own * (at.center_slope -
                 at.log_scale_slope * (x(i, step.coordinate) - at.center)) +
          at.log_scale_slope;
      for (std::size_t p = 0; p < step.parents.size(); ++p) {
        turned(i, step.parents[p]) -=
            own * at.parent_slope[static_cast<Index>(p)];
      }
    }
  }
  return turned;
}

}  // namespace ttflow
