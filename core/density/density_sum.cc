#include "core/density/density_sum.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/foundation/check.h"

namespace ttflow {

namespace {

// Weights that sum to one to rounding stay as they are, so that a sum made from
// the components of another is the same to the bit.
constexpr double kNormalized = 1e-12;

}  // namespace

DensitySum::DensitySum(std::vector<Component> components) {
  TTFLOW_CHECK(!components.empty());
  double total = 0;
  for (const Component& component : components) {
    TTFLOW_CHECK(component.weight > 0);
    total += component.weight;
  }
  if (std::abs(total - 1) < kNormalized) total = 1;
  const auto add = [&](double weight, std::shared_ptr<const Density> density) {
    const auto known = std::find_if(
        components_.begin(), components_.end(), [&](const Component& c) {
          return c.density == density;
        });
    if (known != components_.end()) {
      known->weight += weight;
    } else {
      components_.push_back({weight, std::move(density)});
    }
  };
  // A sum within a sum would choose with the same random number again.
  for (Component& component : components) {
    const double weight = component.weight / total;
    if (const auto* sum =
            dynamic_cast<const DensitySum*>(component.density.get())) {
      for (const Component& inner : sum->components()) {
        add(weight * inner.weight, inner.density);
      }
    } else {
      add(weight, std::move(component.density));
    }
  }
  for (const Component& component : components_) {
    TTFLOW_CHECK(component.density->dimension() == dimension());
  }
}

Matrix DensitySum::Sample(Index count,
                          const RandomKey& key,
                          const Executor& executor,
                          Index first) const {
  std::vector<std::vector<Index>> rows(components_.size());
  for (Index i = 0; i < count; ++i) {
    double p =
        key.Stream(Purpose::kBase, 1, static_cast<std::uint64_t>(first + i))
            .Uniform();
    std::size_t c = 0;
    while (c + 1 < components_.size() && p >= components_[c].weight) {
      p -= components_[c].weight;
      ++c;
    }
    rows[c].push_back(i);
  }
  Matrix x(count, dimension());
  for (std::size_t c = 0; c < components_.size(); ++c) {
    // Runs of consecutive rows are drawn together, so that row i is draw i of
    // its component whatever the size of the batch.
    std::size_t begin = 0;
    while (begin < rows[c].size()) {
      std::size_t end = begin + 1;
      while (end < rows[c].size() && rows[c][end] == rows[c][end - 1] + 1) {
        ++end;
      }
      const auto run = static_cast<Index>(end - begin);
      x.middleRows(rows[c][begin], run) = components_[c].density->Sample(
          run, key, executor, first + rows[c][begin]);
      begin = end;
    }
  }
  return x;
}

void DensitySum::LogDensity(const ConstMatrixRef& x,
                            const Executor& executor,
                            Vector& log_density,
                            Matrix* score) const {
  const auto count = static_cast<Index>(components_.size());
  Matrix terms(x.rows(), count);
  std::vector<Matrix> scores(components_.size());
  for (Index c = 0; c < count; ++c) {
    Vector term;
    components_[c].density->LogDensity(
        x, executor, term, score != nullptr ? &scores[c] : nullptr);
    terms.col(c) = term.array() + std::log(components_[c].weight);
  }
  log_density.resize(x.rows());
  if (score != nullptr) score->setZero(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    const double largest = terms.row(i).maxCoeff();
    if (!std::isfinite(largest)) {
      log_density[i] = largest;
      continue;
    }
    log_density[i] =
        largest + std::log((terms.row(i).array() - largest).exp().sum());
    if (score == nullptr) continue;
    for (Index c = 0; c < count; ++c) {
      score->row(i) +=
          std::exp(terms(i, c) - log_density[i]) * scores[c].row(i);
    }
  }
}

std::shared_ptr<const Density> AddGuards(
    std::shared_ptr<const Density> density,
    const std::vector<std::shared_ptr<const Density>>& guards,
    double share) {
  std::vector<DensitySum::Component> components = {{1, density}};
  for (const std::shared_ptr<const Density>& guard : guards) {
    if (guard == nullptr || guard == density) continue;
    components.push_back({share, guard});
    components.front().weight -= share;
  }
  if (components.size() == 1) return density;
  return std::make_shared<const DensitySum>(std::move(components));
}

}  // namespace ttflow
