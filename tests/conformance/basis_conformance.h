// Conformance kit of Basis: what every family has to keep.
//
// A new family instantiates it with BasisSpecs(family, ...), or its own
// specs:
//   INSTANTIATE_TEST_SUITE_P(MyFamily, BasisConformance,
//   ::testing::Values(...));

#ifndef TTFLOW_TESTS_CONFORMANCE_BASIS_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_BASIS_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <memory>
#include <ostream>
#include <vector>

#include "core/basis/basis.h"
#include "core/basis/raw_functions.h"
#include "core/foundation/random.h"
#include "core/foundation/types.h"

namespace ttflow {

inline void PrintTo(const BasisSpec& spec, std::ostream* out) {
  *out << "family " << static_cast<int>(spec.family) << ", size " << spec.size
       << (!spec.orthonormal                         ? ", raw"
           : spec.inner_product == InnerProduct::kH2 ? ", H2-orthonormal"
                                                     : ", L2-orthonormal")
       << " on [" << spec.lower << ", " << spec.upper << "]";
}

// Sizes from 1 to `largest`, raw and orthonormal, in L2 up to `largest_l2`
// functions, on intervals of several lengths.
inline std::vector<BasisSpec> BasisSpecs(BasisFamily family,
                                         Index largest,
                                         Index largest_l2) {
  std::vector<BasisSpec> specs;
  for (const Index size : {1, 2, 3, 4, 6, 7, 8, 12, 20, 25, 40}) {
    if (size > largest) break;
    specs.push_back({family, size, true, -4, 4, InnerProduct::kH2});
    if (size <= largest_l2) {
      specs.push_back({family, size, true, -100, 20, InnerProduct::kL2});
    }
    specs.push_back({family, size, false, 2, 2.5, InnerProduct::kH2});
  }
  return specs;
}

struct BasisValues {
  Matrix values;
  Matrix first;
  Matrix second;
};

inline BasisValues EvaluateAll(const Basis& basis, const Vector& x) {
  BasisValues out{Matrix(x.size(), basis.size()),
                  Matrix(x.size(), basis.size()),
                  Matrix(x.size(), basis.size())};
  MatrixRef values(out.values);
  MatrixRef first(out.first);
  MatrixRef second(out.second);
  basis.Evaluate(x, &values, &first, &second);
  return out;
}

class BasisConformance : public ::testing::TestWithParam<BasisSpec> {
 protected:
  const BasisSpec& spec() const { return GetParam(); }
  double length() const { return spec().upper - spec().lower; }
  std::shared_ptr<const Basis> basis_ = MakeBasis(GetParam());

  // Ends of the pieces in which all functions are smooth.
  Vector Breakpoints() const {
    const std::vector<double> points =
        RawBreakpoints(spec().family, spec().size);
    const Eigen::Map<const Vector> u(points.data(),
                                     static_cast<Index>(points.size()));
    return spec().lower + (u.array() + 4) * length() / 8;
  }

  // Points in the interval, shrunk by `margin` (a share of its length).
  Vector InnerPoints(Index n, double margin = 0) const {
    RandomStream stream = RandomKey(7).Stream(Purpose::kExact, 0, 0);
    Vector x(n);
    for (double& value : x) {
      value = spec().lower +
              length() * (margin + (1 - 2 * margin) * stream.Uniform());
    }
    return x;
  }
};

TEST_P(BasisConformance, ConstantIsFirstInsideAndOutside) {
  Vector x(6);
  x << spec().lower - 10 * length(), spec().lower,
      spec().lower + 0.3 * length(), spec().lower + 0.9 * length(),
      spec().upper, spec().upper + length();
  const BasisValues at = EvaluateAll(*basis_, x);
  EXPECT_NE(at.values(0, 0), 0);
  for (Index i = 0; i < x.size(); ++i) {
    EXPECT_EQ(at.values(i, 0), at.values(0, 0));
    EXPECT_EQ(at.first(i, 0), 0);
    EXPECT_EQ(at.second(i, 0), 0);
  }
}

TEST_P(BasisConformance, DerivativesMatchFiniteDifferences) {
  Vector x = InnerPoints(200, 0.01);
  // Short against the fastest wave, which near the ends of polynomials shortens
  // with the square of the degree.
  const double share = std::min(1.0, 12.0 / static_cast<double>(spec().size));
  const double h = 1e-3 * length() * share * share;
  // Differences do not reach over the knots of splines.
  const Vector knots = Breakpoints();
  for (double& point : x) {
    for (const double knot : knots) {
      if (std::abs(point - knot) < 2.5 * h) point += 5 * h;
    }
  }
  const BasisValues at = EvaluateAll(*basis_, x);
  // Fourth-order central differences of values and of slopes.
  const auto difference = [&](auto member) {
    const Matrix p1 = EvaluateAll(*basis_, x.array() + h).*member;
    const Matrix m1 = EvaluateAll(*basis_, x.array() - h).*member;
    const Matrix p2 = EvaluateAll(*basis_, x.array() + 2 * h).*member;
    const Matrix m2 = EvaluateAll(*basis_, x.array() - 2 * h).*member;
    return Matrix((8 * (p1 - m1) - (p2 - m2)) / (12 * h));
  };
  const Matrix first = difference(&BasisValues::values);
  const Matrix second = difference(&BasisValues::first);
  for (Index j = 0; j < basis_->size(); ++j) {
    const double scale = at.second.col(j).cwiseAbs().maxCoeff();
    EXPECT_LE((first.col(j) - at.first.col(j)).cwiseAbs().maxCoeff(),
              1e-6 * (at.first.col(j).cwiseAbs().maxCoeff() + scale))
        << "function " << j;
    EXPECT_LE((second.col(j) - at.second.col(j)).cwiseAbs().maxCoeff(),
              1e-6 * scale + 1e-9 / length())
        << "function " << j;
  }
}

TEST_P(BasisConformance, SecondDerivativesAreContinuous) {
  const double shift = 1e-9 * length();
  const Vector knots = Breakpoints();
  const Vector inner = knots.segment(1, knots.size() - 2);
  const Matrix before = EvaluateAll(*basis_, inner.array() - shift).second;
  const Matrix behind = EvaluateAll(*basis_, inner.array() + shift).second;
  const Vector& bounds = basis_->second_derivative_bounds();
  for (Index j = 0; j < basis_->size(); ++j) {
    EXPECT_LE((behind.col(j) - before.col(j)).norm(), 1e-6 * bounds[j]);
  }
}

// Raw functions only have to start with 1.
TEST_P(BasisConformance, OrthonormalByIndependentQuadrature) {
  if (!spec().orthonormal) {
    EXPECT_EQ(EvaluateAll(*basis_, InnerPoints(1)).values(0, 0), 1);
    return;
  }
  // Boole's rule between the knots, on the reference interval [-4, 4]:
  // derivatives with respect to u = 8 (x - middle) / length.
  const double to_x = length() / 8;
  const Vector knots = Breakpoints();
  const Index num_pieces = knots.size() - 1;
  const Index n = 4 * (4000 / num_pieces) + 1;  // points of a piece
  Vector x(n * num_pieces);
  Vector weights(n * num_pieces);
  for (Index piece = 0; piece < num_pieces; ++piece) {
    x.segment(piece * n, n) =
        Vector::LinSpaced(n, knots[piece], knots[piece + 1]);
    const double step =
        (knots[piece + 1] - knots[piece]) / to_x / static_cast<double>(n - 1);
    for (Index i = 0; i < n; ++i) {
      constexpr double kBoole[] = {14, 32, 12, 32};
      const double share = i == 0 || i == n - 1 ? 7 : kBoole[i % 4];
      weights[piece * n + i] = share * step * 2 / 45;
    }
  }
  const BasisValues at = EvaluateAll(*basis_, x);
  const auto product = [&](const Matrix& f) {
    return Matrix(f.transpose() * weights.asDiagonal() * f);
  };
  Matrix gram = product(at.values);
  if (spec().inner_product == InnerProduct::kH2) {
    gram += product(at.first * to_x) + product(at.second * to_x * to_x);
  }
  const Index m = basis_->size();
  EXPECT_LE((gram - Matrix::Identity(m, m)).cwiseAbs().maxCoeff(), 1e-8);
}

TEST_P(BasisConformance, ContinuesLinearlyOutside) {
  Vector ends(2);
  ends << spec().lower, spec().upper;
  const BasisValues at = EvaluateAll(*basis_, ends);
  for (const double distance : {1e-9, 0.5, 30.0}) {
    const double shift = distance * length();
    Vector beyond(2);
    beyond << spec().lower - shift, spec().upper + shift;
    const BasisValues out = EvaluateAll(*basis_, beyond);
    for (Index i = 0; i < 2; ++i) {
      const double sign = i == 0 ? -1 : 1;
      const double scale = 1 + at.values.row(i).cwiseAbs().maxCoeff() +
                           shift * at.first.row(i).cwiseAbs().maxCoeff();
      EXPECT_LE((out.values.row(i) - at.values.row(i) -
                 sign * shift * at.first.row(i))
                    .cwiseAbs()
                    .maxCoeff(),
                1e-7 * scale);
      EXPECT_LE((out.first.row(i) - at.first.row(i)).cwiseAbs().maxCoeff(),
                1e-7 * (1 + at.first.row(i).cwiseAbs().maxCoeff()));
      EXPECT_EQ(out.second.row(i).cwiseAbs().maxCoeff(), 0);
    }
  }
}

TEST_P(BasisConformance, SecondDerivativeBoundsHoldAndAreTight) {
  // Polynomials are steepest at the ends.
  Vector x = InnerPoints(50000);
  x.head(2) << spec().lower, spec().upper;
  const BasisValues at = EvaluateAll(*basis_, x);
  const Vector& bounds = basis_->second_derivative_bounds();
  ASSERT_EQ(bounds.size(), basis_->size());
  for (Index j = 0; j < basis_->size(); ++j) {
    const double largest = at.second.col(j).cwiseAbs().maxCoeff();
    EXPECT_GE(bounds[j], largest) << "function " << j;
    EXPECT_LE(bounds[j], 1.02 * largest) << "function " << j;
  }
}

TEST_P(BasisConformance, ReproducesItsSpan) {
  const Vector x = InnerPoints(40 * basis_->size() + 100);
  const Matrix design = EvaluateAll(*basis_, x).values;
  RandomStream stream = RandomKey(8).Stream(Purpose::kExact, 0, 0);
  Vector coefficients(basis_->size());
  for (double& c : coefficients) c = stream.Normal();
  const Vector found =
      design.colPivHouseholderQr().solve(design * coefficients);
  const Vector fresh = InnerPoints(777);
  const Matrix at = EvaluateAll(*basis_, fresh).values;
  EXPECT_LE((at * (found - coefficients)).cwiseAbs().maxCoeff(), 1e-7);
}

TEST_P(BasisConformance, BatchEqualsSinglePointsAndOutputsAreOptional) {
  const Vector x = InnerPoints(1100);
  const BasisValues at = EvaluateAll(*basis_, x);
  for (const Index i : {Index{0}, Index{511}, Index{512}, Index{1099}}) {
    const BasisValues one = EvaluateAll(*basis_, x.segment(i, 1));
    EXPECT_TRUE(one.values.isApprox(at.values.row(i), 1e-9));
    EXPECT_TRUE(one.second.isApprox(at.second.row(i), 1e-9));
  }
  Matrix only(x.size(), basis_->size());
  MatrixRef ref(only);
  basis_->Evaluate(x, nullptr, &ref, nullptr);
  EXPECT_EQ(only, at.first);
  basis_->Evaluate(x, &ref, nullptr, nullptr);
  EXPECT_EQ(only, at.values);
  basis_->Evaluate(x, nullptr, nullptr, &ref);
  EXPECT_EQ(only, at.second);
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_CONFORMANCE_BASIS_CONFORMANCE_H_
