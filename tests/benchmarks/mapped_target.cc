#include "tests/benchmarks/mapped_target.h"

#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow::benchmarks {

MappedTarget::MappedTarget(std::shared_ptr<const Target> inner, Matrix map)
    : inner_(std::move(inner)), map_(std::move(map)) {}

EnergyTraits MappedTarget::Traits() const {
  EnergyTraits traits = inner_->Traits();
  const auto d = static_cast<double>(dimension());
  traits.nominal_cost_ns += 0.25 * d * d;
  traits.coordinate_names.clear();
  return traits;
}

absl::Status MappedTarget::Evaluate(const ConstMatrixRef& y,
                                    VectorRef energy,
                                    MatrixRef* gradient,
                                    Interrupter& interrupter) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), y, energy, gradient));
  const Matrix x = y * map_;
  if (gradient == nullptr) {
    return inner_->Evaluate(x, energy, nullptr, interrupter);
  }
  Matrix inner_gradient(x.rows(), x.cols());
  MatrixRef inner_gradient_ref = inner_gradient;
  TTFLOW_RETURN_IF_ERROR(
      inner_->Evaluate(x, energy, &inner_gradient_ref, interrupter));
  gradient->noalias() = inner_gradient * map_.transpose();
  return absl::OkStatus();
}

std::optional<Matrix> MappedTarget::SampleExactly(Index count,
                                                  const RandomKey& key) const {
  const std::optional<Matrix> inner = inner_->SampleExactly(count, key);
  if (!inner) return std::nullopt;
  return Matrix(*inner * map_.transpose());
}

Matrix MappedTarget::ModeCenters() const {
  const Matrix centers = inner_->ModeCenters();
  if (centers.size() == 0) return {};
  return centers * map_.transpose();
}

Matrix RandomPermutation(Index dimension, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(dimension));
  std::iota(order.begin(), order.end(), Index{0});
  RandomStream stream = RandomKey(seed).Stream(Purpose::kExact, 1, 0);
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    const auto j =
        static_cast<std::size_t>(stream.Uniform() * static_cast<double>(i + 1));
    std::swap(order[i], order[j]);
  }
  Matrix map = Matrix::Zero(dimension, dimension);
  for (Index i = 0; i < dimension; ++i) {
    map(i, order[static_cast<std::size_t>(i)]) = 1;
  }
  return map;
}

}  // namespace ttflow::benchmarks
