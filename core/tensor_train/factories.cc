#include "core/tensor_train/factories.h"

#include "core/foundation/check.h"

namespace ttflow {
namespace {

TrainCore MakeCore(Index left_rank, Index size, Index right_rank) {
  return {
      left_rank, size, right_rank, Matrix::Zero(left_rank * size, right_rank)};
}

// Sets C[a, :, b] = v.
void SetFiber(TrainCore& core, Index a, Index b, const Vector& v) {
  for (Index j = 0; j < core.size; ++j) core.slice(j)(a, b) = v[j];
}

}  // namespace

TensorTrain MakeZeroTrain(std::span<const Index> sizes) {
  TensorTrain train;
  for (const Index size : sizes) train.cores.push_back(MakeCore(1, size, 1));
  return train;
}

TensorTrain MakeRankOneTrain(std::span<const Vector> factors) {
  TensorTrain train;
  for (const Vector& factor : factors) {
    train.cores.push_back({1, factor.size(), 1, factor});
  }
  return train;
}

TensorTrain MakeAdditiveTrain(std::span<const Vector> terms,
                              std::span<const Vector> ones) {
  TTFLOW_CHECK(terms.size() == ones.size() && !terms.empty());
  if (terms.size() == 1) return MakeRankOneTrain(terms);
  const std::size_t d = terms.size();
  // State 0: the sum so far; state 1: the constant one.
  TensorTrain train;
  for (std::size_t k = 0; k < d; ++k) {
    TTFLOW_CHECK(terms[k].size() == ones[k].size());
    TrainCore core =
        MakeCore(k == 0 ? 1 : 2, terms[k].size(), k + 1 == d ? 1 : 2);
    const Index from_one = core.left_rank - 1;
    SetFiber(core, from_one, 0, terms[k]);
    if (k > 0) SetFiber(core, 0, 0, ones[k]);
    if (k + 1 < d) SetFiber(core, from_one, 1, ones[k]);
    train.cores.push_back(std::move(core));
  }
  return train;
}

TensorTrain MakeRandomTrain(std::span<const Index> sizes,
                            std::span<const Index> ranks,
                            const RandomKey& key) {
  TTFLOW_CHECK(ranks.size() == sizes.size() + 1);
  TTFLOW_CHECK(ranks.front() == 1 && ranks.back() == 1);
  TensorTrain train;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    TrainCore core = MakeCore(ranks[k], sizes[k], ranks[k + 1]);
    RandomStream stream =
        key.Stream(Purpose::kFit, static_cast<std::uint32_t>(k), 0);
    for (double& entry : core.unfolding.reshaped()) entry = stream.Normal();
    train.cores.push_back(std::move(core));
  }
  return train;
}

}  // namespace ttflow
