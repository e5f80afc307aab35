#include "core/basis/basis.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/basis/fourier.h"
#include "core/basis/h2_orthonormal.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Panels of this many rows of the raw functions stay in cache.
constexpr Index kPanelRows = 512;

// A family on [lower, upper] = the reference interval, mapped affinely.
class MappedBasis final : public Basis {
 public:
  explicit MappedBasis(const BasisSpec& spec)
      : family_(spec.family),
        orthonormal_(spec.orthonormal),
        center_(0.5 * (spec.lower + spec.upper)),
        slope_(2 * kReferenceHalfWidth / (spec.upper - spec.lower)),
        transform_(GetBasisTransform(spec.family, spec.size, spec.orthonormal)),
        second_bounds_(slope_ * slope_ * transform_.second_derivative_bounds) {}

  Index size() const override { return transform_.transform.cols(); }

  const Vector& second_derivative_bounds() const override {
    return second_bounds_;
  }

  void Evaluate(const ConstVectorRef& x,
                MatrixRef* values,
                MatrixRef* first,
                MatrixRef* second) const override {
    for (const MatrixRef* output : {values, first, second}) {
      TTFLOW_CHECK(output == nullptr ||
                   (output->rows() == x.size() && output->cols() == size()));
    }
    for (Index begin = 0; begin < x.size(); begin += kPanelRows) {
      const Index rows = std::min(kPanelRows, x.size() - begin);
      EvaluatePanel(x, begin, rows, values, first, second);
    }
  }

 private:
  void EvaluatePanel(const ConstVectorRef& x,
                     Index begin,
                     Index rows,
                     MatrixRef* values,
                     MatrixRef* first,
                     MatrixRef* second) const {
    Vector u(rows);
    std::vector<Index> outside;
    Vector excess(rows);
    for (Index i = 0; i < rows; ++i) {
      const double raw = slope_ * (x[begin + i] - center_);
      // A NaN passes through the clamp and makes NaNs of all functions but the
      // constant.
      u[i] = std::clamp(raw, -kReferenceHalfWidth, kReferenceHalfWidth);
      excess[i] = raw - u[i];
      if (excess[i] != 0) outside.push_back(i);
    }
    const bool slopes =
        first != nullptr || (values != nullptr && !outside.empty());
    const Matrix& transform = transform_.transform;
    Matrix raw_values(values != nullptr ? rows : 0, transform.rows());
    Matrix raw_first(slopes ? rows : 0, transform.rows());
    Matrix raw_second(second != nullptr ? rows : 0, transform.rows());
    MatrixRef raw_values_ref(raw_values);
    MatrixRef raw_first_ref(raw_first);
    MatrixRef raw_second_ref(raw_second);
    EvaluateFourier(family_,
                    u,
                    values != nullptr ? &raw_values_ref : nullptr,
                    slopes ? &raw_first_ref : nullptr,
                    second != nullptr ? &raw_second_ref : nullptr);
    if (values != nullptr) {
      auto out = values->middleRows(begin, rows);
      Combine(raw_values, out);
      for (const Index i : outside) {
        out.row(i) += excess[i] * (raw_first.row(i) * transform);
        out(i, 0) = transform(0, 0);  // not inf * 0
      }
    }
    if (first != nullptr) {
      auto out = first->middleRows(begin, rows);
      Combine(raw_first, out);
      out *= slope_;
    }
    if (second != nullptr) {
      auto out = second->middleRows(begin, rows);
      Combine(raw_second, out);
      out *= slope_ * slope_;
      for (const Index i : outside) out.row(i).setZero();
    }
  }

  // Computes out = raw * transform.
  void Combine(const Matrix& raw, MatrixRef out) const {
    if (orthonormal_) {
      out.noalias() = raw * transform_.transform;
    } else {
      out = raw;
    }
  }

  BasisFamily family_;
  bool orthonormal_;
  double center_;
  double slope_;  // du/dx
  const BasisTransform& transform_;
  Vector second_bounds_;
};

}  // namespace

std::shared_ptr<const Basis> MakeBasis(const BasisSpec& spec) {
  TTFLOW_CHECK(spec.size >= 1);
  TTFLOW_CHECK(std::isfinite(spec.lower) && std::isfinite(spec.upper));
  TTFLOW_CHECK(spec.lower < spec.upper);
  return std::make_shared<const MappedBasis>(spec);
}

}  // namespace ttflow
