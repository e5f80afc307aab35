#include "core/sampler/bounded_sampler.h"

#include <utility>
#include <vector>

#include "core/energy/bounded_energy.h"
#include "core/sampler/result_summary.h"

namespace ttflow {
namespace {

class BoundedSampler final : public Sampler {
 public:
  BoundedSampler(std::unique_ptr<Sampler> unbounded,
                 std::shared_ptr<const BoxMap> map)
      : unbounded_(std::move(unbounded)), map_(std::move(map)) {}

  absl::Status Step(Interrupter& interrupter) override {
    return unbounded_->Step(interrupter);
  }
  bool done() const override { return unbounded_->done(); }
  const std::vector<StageInfo>& stages() const override {
    return unbounded_->stages();
  }
  double progress() const override { return unbounded_->progress(); }
  std::shared_ptr<const Model> model() const override {
    return unbounded_->model();
  }

  SampleResult TakeResult() override {
    SampleResult result = unbounded_->TakeResult();
    result.samples = map_->ToBox(result.samples);
    WeightedCloud cloud{
        map_->ToBox(result.particles), std::move(result.log_weights), {}};
    result.coordinates = SummarizeCoordinates(cloud);
    result.particles = std::move(cloud.position);
    result.log_weights = std::move(cloud.log_weight);
    for (ModeSummary& mode : result.modes) {
      const Matrix y = mode.position.transpose();
      mode.energy += map_->LogJacobian(y)[0];
      mode.position = map_->ToBox(y).row(0).transpose();
    }
    return result;
  }

 private:
  std::unique_ptr<Sampler> unbounded_;
  std::shared_ptr<const BoxMap> map_;
};

}  // namespace

std::unique_ptr<Sampler> MakeSamplerInBounds(
    std::shared_ptr<const Energy> energy,
    absl::FunctionRef<std::unique_ptr<Sampler>(std::shared_ptr<const Energy>)>
        make) {
  std::vector<Bounds> bounds = energy->Traits().bounds;
  if (bounds.empty()) return make(std::move(energy));
  auto map = std::make_shared<const BoxMap>(std::move(bounds));
  auto unbounded =
      std::make_shared<const UnboundedEnergy>(std::move(energy), map);
  return std::make_unique<BoundedSampler>(make(std::move(unbounded)),
                                          std::move(map));
}

}  // namespace ttflow
