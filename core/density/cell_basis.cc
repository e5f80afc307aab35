#include "core/density/cell_basis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ttflow {
namespace {

// Column of the pair a <= b in CellBasis::cumulative.
Index PairIndex(Index a, Index b) { return b * (b + 1) / 2 + a; }

}  // namespace

CellBasis MakeCellBasis(const Marginal& marginal,
                        double lower,
                        double upper,
                        Index size) {
  const Index cells = marginal.num_cells();
  const double margin = 0.1 * (upper - lower);
  const double center = 0.5 * (lower + upper);
  const double half = 0.5 * (upper - lower) + margin;
  Matrix raw(cells, size);
  for (Index j = 0; j < cells; ++j) {
    const double u =
        marginal.lower() + marginal.width() * (static_cast<double>(j) + 0.5);
    const double x = std::clamp((u - center) / half, -1.1, 1.1);
    for (Index m = 0; m < size; ++m) {
      const double frequency =
          std::numbers::pi * static_cast<double>((m - 1) / 2) / 1.5;
      raw(j, m) = m == 0       ? 1
                  : m == 1     ? x
                  : m == 2     ? x * x
                  : m % 2 == 1 ? std::sin(frequency * x)
                               : std::cos(frequency * x);
    }
  }
  // Gram-Schmidt under the masses, twice for orthogonality to rounding.
  Index kept = 0;
  for (Index m = 0; m < size; ++m) {
    Vector column = raw.col(m);
    const double before = std::sqrt(marginal.mass().dot(column.cwiseAbs2()));
    for (int round = 0; round < 2; ++round) {
      for (Index a = 0; a < kept; ++a) {
        const double overlap =
            marginal.mass().dot(column.cwiseProduct(raw.col(a)));
        column -= overlap * raw.col(a);
      }
    }
    const double norm = std::sqrt(marginal.mass().dot(column.cwiseAbs2()));
    if (!(norm > 1e-9 * before)) continue;
    raw.col(kept++) = column / norm;
  }
  CellBasis basis;
  basis.values = raw.leftCols(kept).transpose();
  basis.values.row(0).setOnes();
  basis.derivative.resize(kept, cells);
  for (Index j = 0; j < cells; ++j) {
    const Index before = std::max<Index>(j - 1, 0);
    const Index after = std::min(j + 1, cells - 1);
    const double distance =
        marginal.width() *
        static_cast<double>(std::max<Index>(after - before, 1));
    basis.derivative.col(j) =
        (basis.values.col(after) - basis.values.col(before)) / distance;
  }
  basis.cumulative.resize(kept * (kept + 1) / 2, cells + 1);
  basis.cumulative.col(0).setZero();
  for (Index j = 0; j < cells; ++j) {
    for (Index b = 0; b < kept; ++b) {
      for (Index a = 0; a <= b; ++a) {
        basis.cumulative(PairIndex(a, b), j + 1) =
            basis.cumulative(PairIndex(a, b), j) +
            marginal.mass()[j] * basis.values(a, j) * basis.values(b, j);
      }
    }
  }
  return basis;
}

CellDraw::CellDraw(const CellBasis& basis,
                   const ConstMatrixRef& combination,
                   const Matrix* environment)
    : basis_(basis), pairs_(basis.cumulative.rows()) {
  const Matrix square =
      environment == nullptr
          ? Matrix(combination * combination.transpose())
          : Matrix(combination * *environment * combination.transpose());
  for (Index b = 0; b < basis.size(); ++b) {
    for (Index a = 0; a < b; ++a) {
      pairs_[PairIndex(a, b)] = square(a, b) + square(b, a);
    }
    pairs_[PairIndex(b, b)] = square(b, b);
  }
}

Index CellDraw::Draw(double p) const {
  Index low = 0;
  Index high = basis_.cumulative.cols() - 1;
  const double wanted = p * basis_.cumulative.col(high).dot(pairs_);
  while (high - low > 1) {
    const Index middle = (low + high) / 2;
    (basis_.cumulative.col(middle).dot(pairs_) <= wanted ? low : high) = middle;
  }
  return low;
}

}  // namespace ttflow
