#include "tests/server/convert/random_model.h"

#include <random>

namespace ttflow::server {
namespace {

class Source {
 public:
  explicit Source(unsigned seed) : engine_(seed) {}

  Vector Normal(Index size) { return Normal(size, 1); }
  Matrix Normal(Index rows, Index columns) {
    return Matrix::NullaryExpr(
        rows, columns, [this] { return normal_(engine_); });
  }
  Vector Positive(Index size) { return Normal(size).array().exp(); }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

BasisSpec Spec(BasisFamily family, Index size, double centre) {
  return {.family = family,
          .size = size,
          .orthonormal = family != BasisFamily::kPureFourier,
          .lower = centre - 1.5,
          .upper = centre + 2.25,
          .inner_product = family == BasisFamily::kLegendre
                               ? InnerProduct::kL2
                               : InnerProduct::kH2};
}

constexpr BasisFamily kAdditiveFamilies[] = {BasisFamily::kFourierExtension,
                                             BasisFamily::kLegendre,
                                             BasisFamily::kWavelet};
constexpr BasisFamily kTrainFamilies[] = {
    BasisFamily::kPureFourier, BasisFamily::kChebyshev, BasisFamily::kBSpline};

// Cores of three functions a coordinate.
TensorTrain RandomTrain(Index d, Source& source) {
  TensorTrain train;
  Index left = 1;
  for (Index k = 0; k < d; ++k) {
    const Index right = k + 1 < d ? 2 + k % 2 : 1;
    train.cores.push_back({.left_rank = left,
                           .size = 3,
                           .right_rank = right,
                           .unfolding = source.Normal(left * 3, right)});
    left = right;
  }
  return train;
}

Potential RandomPotential(Index d, bool train, Source& source) {
  Potential potential;
  for (Index k = 0; k < d; ++k) {
    const auto centre = static_cast<double>(k);
    potential.additive_basis.push_back(
        Spec(kAdditiveFamilies[k % 3], 5, centre));
    // A basis may have left functions out.
    potential.additive.push_back(source.Normal(k == 0 ? 4 : 5));
    if (k > 0) potential.pairs.push_back({0, k, source.Normal(1)(0)});
  }
  if (!train) return potential;
  for (Index k = 0; k < d; ++k) {
    potential.train_basis.push_back(Spec(kTrainFamilies[k % 3], 3, 0));
  }
  potential.train = RandomTrain(d, source);
  return potential;
}

Velocity RandomVelocity(Index d, bool train, Source& source) {
  Velocity velocity{RandomPotential(d, train, source)};
  if (!train) return velocity;
  for (Index k = 0; k < d; ++k) {
    velocity.component_basis.push_back(Spec(kTrainFamilies[k % 3], 3, 1));
    velocity.components.push_back(RandomTrain(d, source));
  }
  return velocity;
}

MoveSettings RandomMoves(MoveKind kind, Index d, Source& source) {
  return {.kind = kind,
          .count = 3,
          .step_size = 0.1 + source.Positive(1)(0),
          .num_leapfrog_steps = 7,
          .log_step_spread = 0.3,
          .scale = source.Positive(d)};
}

}  // namespace

Model RandomModel(Index d, unsigned seed) {
  Source source(seed);
  Model model;
  model.base = {.kind = BaseKind::kStudentT,
                .mean = source.Normal(d),
                .scale = source.Positive(d),
                .degrees_of_freedom = 4.5};
  model.num_particles = 1234;
  for (const bool train : {true, false}) {
    Transport transport;
    transport.coordinates.center = source.Normal(d);
    transport.coordinates.scale = source.Positive(d);
    if (train) {
      transport.coordinates.matrix = source.Normal(d, d);
      transport.coordinates.inverse = source.Normal(d, d);
    }
    transport.velocity = RandomVelocity(d, train, source);
    if (train) {
      for (Velocity& fold : transport.fold_velocity) {
        fold = RandomVelocity(d, train, source);
      }
    }
    transport.substeps = train ? 3 : 1;
    StageModel stage;
    stage.t_from = train ? 0 : 0.1;
    stage.t_to = train ? 0.1 : 1.0 / 3;
    stage.transport = transport;
    stage.resampling = {.scheme = ResamplingScheme::kResidual,
                        .ess_threshold = 0.7,
                        .always = train};
    stage.moves = RandomMoves(MoveKind::kHmc, d, source);
    model.stages.push_back(stage);
  }
  StageModel plain;
  plain.t_from = 1.0 / 3;
  plain.t_to = 1;
  plain.moves = RandomMoves(MoveKind::kMala, d, source);
  model.stages.push_back(plain);
  return model;
}

}  // namespace ttflow::server
