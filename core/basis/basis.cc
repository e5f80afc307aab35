#include "core/basis/basis.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/basis/h2_orthonormal.h"
#include "core/basis/raw_functions.h"
#include "core/foundation/check.h"

namespace ttflow {
namespace {

// Panels of this many rows of the raw functions stay in cache.
constexpr Index kPanelRows = 512;

// out = x y for a tall x with few columns. Eigen's general product packs both
// and clears the result first, twice the time of this at up to 12 columns.
void Multiply(const Matrix& x, const Matrix& y, MatrixRef out) {
  constexpr Index kRows = 64;
  constexpr Index kFewColumns = 12;
  if (x.cols() > kFewColumns) {
    out.noalias() = x * y;
    return;
  }
  Index begin = 0;
  for (; begin + kRows <= x.rows(); begin += kRows) {
    for (Index j = 0; j < y.cols(); ++j) {
      Eigen::Array<double, kRows, 1> sum =
          x.col(0).segment<kRows>(begin).array() * y(0, j);
      for (Index i = 1; i < x.cols(); ++i) {
        sum += x.col(i).segment<kRows>(begin).array() * y(i, j);
      }
      out.col(j).segment<kRows>(begin) = sum;
    }
  }
  const Index rest = x.rows() - begin;
  out.bottomRows(rest) = x.bottomRows(rest).lazyProduct(y);
}

// A family on [lower, upper] = the reference interval, mapped affinely.
class MappedBasis final : public Basis {
 public:
  explicit MappedBasis(const BasisSpec& spec)
      : family_(spec.family),
        center_(0.5 * (spec.lower + spec.upper)),
        slope_(2 * kReferenceHalfWidth / (spec.upper - spec.lower)),
        transform_(GetBasisTransform(
            spec.family, spec.size, spec.orthonormal, spec.inner_product)),
        first_transform_(slope_ * transform_.transform),
        second_transform_(slope_ * slope_ * transform_.transform),
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
    EvaluateRaw(family_,
                u,
                values != nullptr ? &raw_values_ref : nullptr,
                slopes ? &raw_first_ref : nullptr,
                second != nullptr ? &raw_second_ref : nullptr);
    if (values != nullptr) {
      auto out = values->middleRows(begin, rows);
      Multiply(raw_values, transform, out);
      for (const Index i : outside) {
        out.row(i) += excess[i] * (raw_first.row(i) * transform);
        out(i, 0) = transform(0, 0);  // not inf * 0
      }
    }
    if (first != nullptr) {
      auto out = first->middleRows(begin, rows);
      Multiply(raw_first, first_transform_, out);
    }
    if (second != nullptr) {
      auto out = second->middleRows(begin, rows);
      Multiply(raw_second, second_transform_, out);
      for (const Index i : outside) out.row(i).setZero();
    }
  }

  BasisFamily family_;
  double center_;
  double slope_;  // du/dx
  const BasisTransform& transform_;
  Matrix first_transform_;  // with the chain rule's factor
  Matrix second_transform_;
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
