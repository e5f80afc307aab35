#include "core/transport/prepared_potential.h"

#include <algorithm>

#include "core/basis/basis_table.h"
#include "core/foundation/check.h"
#include "core/tensor_train/evaluate.h"

namespace ttflow {
namespace {

// Rows of a block whose basis tables stay in the cache.
constexpr Index kCacheRows = 256;

void AddAdditivePart(const PreparedPotential& prepared,
                     const ConstMatrixRef& u,
                     Vector* value,
                     Matrix* gradient,
                     Vector* laplacian) {
  for (Index k = 0; k < prepared.dimension(); ++k) {
    const Basis& basis = *prepared.additive_bases[k];
    const Vector& coefficients = prepared.potential.additive[k];
    if (coefficients.isZero(0)) continue;
    Matrix values(value != nullptr ? u.rows() : 0, basis.size());
    Matrix first(gradient != nullptr ? u.rows() : 0, basis.size());
    Matrix second(laplacian != nullptr ? u.rows() : 0, basis.size());
    MatrixRef values_ref(values), first_ref(first), second_ref(second);
    basis.Evaluate(u.col(k),
                   value != nullptr ? &values_ref : nullptr,
                   gradient != nullptr ? &first_ref : nullptr,
                   laplacian != nullptr ? &second_ref : nullptr);
    if (value != nullptr) value->noalias() += values * coefficients;
    if (gradient != nullptr) gradient->col(k).noalias() += first * coefficients;
    if (laplacian != nullptr) laplacian->noalias() += second * coefficients;
  }
}

void AddTrain(const PreparedPotential& prepared,
              const ConstMatrixRef& u,
              Vector* value,
              Matrix* gradient,
              Vector* laplacian) {
  const Executor serial(1);
  const BasisTable table = ComputeBasisTable(
      prepared.train_bases,
      u,
      laplacian != nullptr
          ? TableOrder::kSecond
          : (gradient != nullptr ? TableOrder::kFirst : TableOrder::kValues),
      serial);
  Vector train_value, train_laplacian;
  Matrix train_gradient;
  EvaluateTrainDerivatives(prepared.potential.train,
                           table,
                           value != nullptr ? &train_value : nullptr,
                           gradient != nullptr ? &train_gradient : nullptr,
                           laplacian != nullptr ? &train_laplacian : nullptr);
  if (value != nullptr) *value += train_value;
  if (gradient != nullptr) *gradient += train_gradient;
  if (laplacian != nullptr) *laplacian += train_laplacian;
}

}  // namespace

PreparedPotential::PreparedPotential(const Potential& p)
    : potential(p),
      additive_bases(MakeBases(p.additive_basis)),
      train_bases(MakeBases(p.train_basis)),
      neighbours(p.additive_basis.size()) {
  const Index d = p.dimension();
  TTFLOW_CHECK(p.additive.size() == p.additive_basis.size());
  for (Index k = 0; k < d; ++k) {
    TTFLOW_CHECK(p.additive[k].size() == additive_bases[k]->size());
  }
  for (const PairTerm& pair : p.pairs) {
    TTFLOW_CHECK(0 <= pair.i && pair.i < pair.j && pair.j < d);
    neighbours[pair.i].push_back({pair.j, pair.coefficient});
    neighbours[pair.j].push_back({pair.i, pair.coefficient});
  }
  if (p.has_train()) {
    TTFLOW_CHECK(static_cast<Index>(train_bases.size()) == d);
    TTFLOW_CHECK(p.train.dimension() == d);
    for (Index k = 0; k < d; ++k) {
      TTFLOW_CHECK(p.train.cores[k].size == train_bases[k]->size());
    }
  }
}

double PreparedPotential::RowOperations() const {
  constexpr Index kFunctionOperations = 30;  // a value and its derivatives
  Index operations = 1 + 2 * static_cast<Index>(potential.pairs.size());
  for (const auto& basis : additive_bases) {
    operations += kFunctionOperations * basis->size();
  }
  for (const auto& basis : train_bases) {
    operations += kFunctionOperations * basis->size();
  }
  for (const TrainCore& core : potential.train.cores) {
    operations += 6 * core.unfolding.size();
  }
  return static_cast<double>(operations);
}

void PreparedPotential::AddPairVelocity(Index k,
                                        const ConstMatrixRef& u,
                                        VectorRef velocity) const {
  for (const Neighbour& neighbour : neighbours[k]) {
    velocity += neighbour.coefficient * u.col(neighbour.coordinate);
  }
}

void EvaluateBlock(const PreparedPotential& prepared,
                   const ConstMatrixRef& u,
                   Vector* value,
                   Matrix* gradient,
                   Vector* laplacian) {
  const Index n = u.rows();
  TTFLOW_CHECK(u.cols() == prepared.dimension());
  if (value != nullptr) value->setZero(n);
  if (gradient != nullptr) gradient->setZero(n, u.cols());
  if (laplacian != nullptr) laplacian->setZero(n);
  if (n == 0) return;
  AddAdditivePart(prepared, u, value, gradient, laplacian);
  if (gradient != nullptr) {
    for (Index k = 0; k < u.cols(); ++k) {
      prepared.AddPairVelocity(k, u, gradient->col(k));
    }
  }
  if (value != nullptr) {
    for (const PairTerm& pair : prepared.potential.pairs) {
      value->array() +=
          pair.coefficient * u.col(pair.i).array() * u.col(pair.j).array();
    }
  }
  if (prepared.potential.has_train()) {
    AddTrain(prepared, u, value, gradient, laplacian);
  }
}

void EvaluatePotential(const Potential& potential,
                       const ConstMatrixRef& u,
                       Vector* value,
                       Matrix* gradient,
                       Vector* laplacian) {
  const PreparedPotential prepared(potential);
  if (value != nullptr) value->resize(u.rows());
  if (gradient != nullptr) gradient->resize(u.rows(), u.cols());
  if (laplacian != nullptr) laplacian->resize(u.rows());
  Vector block_value, block_laplacian;
  Matrix block_gradient;
  for (Index begin = 0; begin < u.rows(); begin += kCacheRows) {
    const Index n = std::min(kCacheRows, u.rows() - begin);
    EvaluateBlock(prepared,
                  u.middleRows(begin, n),
                  value != nullptr ? &block_value : nullptr,
                  gradient != nullptr ? &block_gradient : nullptr,
                  laplacian != nullptr ? &block_laplacian : nullptr);
    if (value != nullptr) value->segment(begin, n) = block_value;
    if (gradient != nullptr) gradient->middleRows(begin, n) = block_gradient;
    if (laplacian != nullptr) laplacian->segment(begin, n) = block_laplacian;
  }
}

}  // namespace ttflow
