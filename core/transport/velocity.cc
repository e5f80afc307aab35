#include "core/transport/velocity.h"

#include <algorithm>

#include "core/als/sliced_loop.h"
#include "core/basis/basis_table.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/tensor_train/partial_contractions.h"
#include "core/transport/prepared_potential.h"

namespace ttflow {
namespace {

// Rows of a block whose basis tables stay in the cache.
constexpr Index kCacheRows = 256;

// Largest |b_j'| on a fine grid, widened for what lies between its points.
// Beyond the ends slopes are constant.
Vector SlopeBounds(const Basis& basis, const BasisSpec& spec) {
  constexpr Index kGridPoints = 257;
  constexpr double kGridMargin = 1.02;
  const Vector grid = Vector::LinSpaced(kGridPoints, spec.lower, spec.upper);
  Matrix first(kGridPoints, basis.size());
  MatrixRef first_ref(first);
  basis.Evaluate(grid, nullptr, &first_ref, nullptr);
  return kGridMargin * first.cwiseAbs().colwise().maxCoeff().transpose();
}

// Component k and its slope d_k v_k at the points of a table.
void EvaluateComponent(const TensorTrain& train,
                       const BasisTable& table,
                       Index k,
                       Vector& value,
                       Vector& slope) {
  const Index n = table.num_rows();
  Matrix left = Matrix::Ones(n, 1), right = left, next;
  for (Index j = 0; j < k; ++j) {
    next.resize(n, train.cores[j].right_rank);
    ExtendLeft(train.cores[j], table.values[j], left, next);
    left.swap(next);
  }
  for (Index j = train.dimension() - 1; j > k; --j) {
    next.resize(n, train.cores[j].left_rank);
    ExtendRight(train.cores[j], table.values[j], right, next);
    right.swap(next);
  }
  Matrix around(n, train.cores[k].size);
  ContractAround(train.cores[k], left, right, around);
  value = around.cwiseProduct(table.values[k]).rowwise().sum();
  slope = around.cwiseProduct(table.first[k]).rowwise().sum();
}

void AddComponents(const Velocity& velocity,
                   const PreparedComponents& prepared,
                   const ConstMatrixRef& u,
                   Matrix& field,
                   Vector& divergence) {
  const Executor serial(1);
  const BasisTable table =
      ComputeBasisTable(prepared.bases, u, TableOrder::kFirst, serial);
  Vector value, slope;
  for (Index k = 0; k < u.cols(); ++k) {
    EvaluateComponent(velocity.components[k], table, k, value, slope);
    field.col(k) += value;
    divergence += slope;
  }
}

// The field and the divergence of one block of rows.
void EvaluateRows(const Velocity& velocity,
                  const PreparedPotential& potential,
                  const PreparedComponents& components,
                  const ConstMatrixRef& u,
                  Matrix& field,
                  Vector& divergence) {
  EvaluateBlock(potential, u, nullptr, &field, &divergence);
  if (velocity.has_components() && u.rows() > 0) {
    AddComponents(velocity, components, u, field, divergence);
  }
}

}  // namespace

Index Velocity::num_coefficients() const {
  Index count = static_cast<Index>(potential.pairs.size()) +
                potential.train.num_coefficients();
  for (const Vector& one : potential.additive) {
    if (!one.isZero(0)) count += one.size();
  }
  for (const TensorTrain& train : components) count += train.num_coefficients();
  return count;
}

PreparedComponents::PreparedComponents(const Velocity& velocity)
    : bases(MakeBases(velocity.component_basis)) {
  const auto d = static_cast<std::size_t>(velocity.dimension());
  TTFLOW_CHECK(velocity.components.size() == bases.size());
  TTFLOW_CHECK(bases.empty() || bases.size() == d);
  for (const TensorTrain& train : velocity.components) {
    TTFLOW_CHECK(train.cores.size() == d);
    for (std::size_t k = 0; k < d; ++k) {
      TTFLOW_CHECK(train.cores[k].size == bases[k]->size());
    }
  }
  for (std::size_t k = 0; k < bases.size(); ++k) {
    slope_bounds.push_back(SlopeBounds(*bases[k], velocity.component_basis[k]));
  }
}

void EvaluateVelocity(const Velocity& velocity,
                      const ConstMatrixRef& u,
                      Matrix* field,
                      Vector* divergence) {
  const PreparedPotential potential(velocity.potential);
  const PreparedComponents components(velocity);
  if (field != nullptr) field->resize(u.rows(), u.cols());
  if (divergence != nullptr) divergence->resize(u.rows());
  Matrix block_field;
  Vector block_divergence;
  for (Index begin = 0; begin < u.rows(); begin += kCacheRows) {
    const Index n = std::min(kCacheRows, u.rows() - begin);
    EvaluateRows(velocity,
                 potential,
                 components,
                 u.middleRows(begin, n),
                 block_field,
                 block_divergence);
    if (field != nullptr) field->middleRows(begin, n) = block_field;
    if (divergence != nullptr) divergence->segment(begin, n) = block_divergence;
  }
}

absl::StatusOr<Vector> ApplyContinuityOperator(
    const Velocity& velocity,
    const ConstMatrixRef& u,
    const ConstMatrixRef& energy_gradient,
    const Executor& executor,
    Interrupter& interrupter) {
  const PreparedPotential potential(velocity.potential);
  const PreparedComponents components(velocity);
  double operations = potential.RowOperations();
  for (const TensorTrain& train : velocity.components) {
    operations += 4 * static_cast<double>(train.num_coefficients());
  }
  Vector result(u.rows());
  TTFLOW_RETURN_IF_ERROR(ForBlocksSliced(
      u.rows(),
      operations,
      executor,
      interrupter,
      [&](Index begin, Index end) {
        const Index n = end - begin;
        Matrix field;
        Vector divergence;
        EvaluateRows(velocity,
                     potential,
                     components,
                     u.middleRows(begin, n),
                     field,
                     divergence);
        result.segment(begin, n) =
            divergence -
            field.cwiseProduct(energy_gradient.middleRows(begin, n))
                .rowwise()
                .sum();
      },
      kCacheRows));
  return result;
}

}  // namespace ttflow
