#include "server/convert/density_codec.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/density/density_sum.h"
#include "core/density/even_density.h"
#include "core/density/gaussian.h"
#include "core/density/mapped_density.h"
#include "core/density/mixture.h"
#include "core/density/stretched_product.h"
#include "core/density/student_t.h"
#include "server/convert/model_codec.h"
#include "tests/core/density/random_squared_train.h"
#include "tests/core/density/some_mixture.h"
#include "tests/server/convert/random_model.h"

namespace ttflow::server {
namespace {

using internal::convert::StoredDensity;
using internal::convert::StoredModel;
using internal::convert::StoredSquaredTrain;

std::shared_ptr<const Density> TrainIn(Coordinates coordinates, unsigned seed) {
  SquaredTrainParameters parameters =
      RandomSquaredTrain({.dimension = coordinates.dimension()}, seed);
  parameters.coordinates = std::move(coordinates);
  return std::make_shared<const SquaredTrainDensity>(std::move(parameters));
}

std::shared_ptr<const Density> StretchedIn(Coordinates coordinates) {
  const SquaredTrainParameters train =
      RandomSquaredTrain({.dimension = coordinates.dimension()}, 8);
  StretchedProductParameters parameters;
  parameters.coordinates = std::move(coordinates);
  parameters.marginals = train.marginals;
  parameters.wide_weight = 1.0 / 7;
  parameters.wide_mean = train.wide_mean;
  parameters.wide_scale = train.wide_scale;
  return std::make_shared<const StretchedProductDensity>(std::move(parameters));
}

Coordinates Diagonal() {
  Coordinates coordinates;
  coordinates.center = Vector{{1, -2, 0.1}};
  coordinates.scale = Vector{{0.3, 1.0 / 3, 7}};
  return coordinates;
}

Coordinates Rotated() {
  Coordinates coordinates = Diagonal();
  coordinates.matrix =
      Eigen::HouseholderQR<Matrix>(Matrix{{1, 2, 3}, {-1, 0.5, 2}, {0, 1, 1}})
          .householderQ();
  return coordinates;
}

Coordinates Oblique() {
  const Matrix a{{1, 0.2, 0}, {0.3, 2, 0.1}, {-0.5, 0, 0.7}};
  return LinearCoordinates(Vector{{0.1, 0.2, 0.3}}, a, a.inverse());
}

// Every kind at once, weights that do not sum to one in binary.
std::shared_ptr<const Density> EveryKind() {
  std::vector<DensitySum::Component> components = {
      {0.7, TrainIn(Rotated(), 1)},
      {0.1, TrainIn(Diagonal(), 2)},
      {0.3, TrainIn(Oblique(), 3)},
      {0.1, std::make_shared<const GaussianMixtureDensity>(SomeMixture(3))},
      {1.0 / 3,
       std::make_shared<const GaussianDensity>(Vector{{1, 2, 3}},
                                               Vector{{3, 2, 0.1}})},
      {1.0 / 7,
       std::make_shared<const StudentTDensity>(
           Vector{{1, 2, 3}}, Vector{{3, 2, 0.1}}, 4.5)},
      {0.2, StretchedIn(Oblique())}};
  return std::make_shared<const DensitySum>(std::move(components));
}

TriangularStep Step(Index coordinate, std::vector<Index> parents) {
  TriangularStep step;
  step.coordinate = coordinate;
  step.driver = 0;
  step.knots = Vector{{-2, 0.1, 1.0 / 3, 4}};
  step.log_scale = Vector{{0.1, -0.7, 0.2, 0.3}};
  step.offset = Vector{{1, 0.3, -0.2, 0.1, 1.0 / 7}};
  step.parents = std::move(parents);
  step.slope =
      Matrix::Constant(4, static_cast<Index>(step.parents.size()), 1.0 / 9);
  return step;
}

std::shared_ptr<const Density> Mapped() {
  return std::make_shared<const MappedDensity>(
      std::make_shared<const TriangularMap>(
          3, std::vector<TriangularStep>{Step(2, {1}), Step(1, {})}),
      EveryKind());
}

void ExpectSameBytes(const Density& a, const Density& b) {
  const Executor executor(1);
  const Matrix x = a.Sample(3000, RandomKey(7), executor, 5);
  EXPECT_EQ(x, b.Sample(3000, RandomKey(7), executor, 5));
  Vector log_a;
  Vector log_b;
  Matrix score_a;
  Matrix score_b;
  a.LogDensity(x, executor, log_a, &score_a);
  b.LogDensity(x, executor, log_b, &score_b);
  EXPECT_EQ(log_a, log_b);
  EXPECT_EQ(score_a, score_b);
}

TEST(DensityCodec, ADecodedDensityIsTheSameToTheBit) {
  GaussianMixtureParameters odd = SomeMixture(3);
  odd.weights = Vector{{0.1, 0.7, 1.0 / 3}};
  odd.degrees_of_freedom = 6.5;
  for (const std::shared_ptr<const Density>& density :
       {TrainIn(Diagonal(), 4),
        TrainIn(Rotated(), 5),
        TrainIn(Oblique(), 6),
        StretchedIn(Rotated()),
        std::shared_ptr<const Density>(
            std::make_shared<const GaussianMixtureDensity>(odd)),
        EveryKind(),
        Mapped(),
        std::shared_ptr<const Density>(
            std::make_shared<const EvenDensity>(Mapped()))}) {
    StoredDensity stored;
    EncodeDensity(*density, stored);
    const auto decoded = DecodeDensity(stored, 3);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSameBytes(*density, **decoded);
    StoredDensity again;
    EncodeDensity(**decoded, again);
    EXPECT_EQ(stored.SerializeAsString(), again.SerializeAsString());
  }
}

// Weights must not drift each time that a density is made from stored ones.
TEST(DensityCodec, NormalisedWeightsAreKept) {
  for (int count = 2; count < 40; ++count) {
    std::vector<DensitySum::Component> components;
    GaussianMixtureParameters mixture;
    mixture.weights.resize(count);
    mixture.means = Matrix::Zero(count, 1);
    for (int c = 0; c < count; ++c) {
      mixture.weights[c] = 1.0 / (3 + c);
      mixture.root.push_back(Matrix::Ones(1, 1));
      components.push_back({mixture.weights[c],
                            std::make_shared<const GaussianDensity>(
                                Vector{{1.0 * c}}, Vector{{1.0}})});
    }
    const DensitySum sum(components);
    const DensitySum same(sum.components());
    for (int c = 0; c < count; ++c) {
      EXPECT_EQ(sum.components()[static_cast<std::size_t>(c)].weight,
                same.components()[static_cast<std::size_t>(c)].weight);
    }
    const GaussianMixtureDensity made(mixture);
    EXPECT_EQ(GaussianMixtureDensity(made.parameters()).parameters().weights,
              made.parameters().weights);
  }
}

TEST(DensityCodec, AModelKeepsItsDensity) {
  Model model = RandomModel(3, 1);
  model.stages.clear();
  const std::string without = EncodeModel(model);
  model.density = EveryKind();
  model.density_ess_fraction = 0.625;
  const std::string bytes = EncodeModel(model);
  const auto decoded = DecodeModel(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->density_ess_fraction, 0.625);
  ExpectSameBytes(*model.density, *decoded->density);
  EXPECT_EQ(EncodeModel(*decoded), bytes);
  EXPECT_EQ(DecodeModel(without)->density, nullptr);
  // An older reader must not take it for a model of no stages.
  StoredModel stored;
  ASSERT_TRUE(stored.ParseFromString(bytes));
  EXPECT_EQ(stored.format(), 2);
  ASSERT_TRUE(stored.ParseFromString(without));
  EXPECT_EQ(stored.format(), 1);
  // Nor a density in straight coordinates for one in the user's.
  model.density = Mapped();
  ASSERT_TRUE(stored.ParseFromString(EncodeModel(model)));
  EXPECT_EQ(stored.format(), 3);
  ASSERT_TRUE(DecodeModel(stored.SerializeAsString()).ok());
  stored.set_format(2);
  EXPECT_EQ(DecodeModel(stored.SerializeAsString()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(DensityCodec, RefusesAModelWhoseFormatAndDensityDisagree) {
  Model model = RandomModel(3, 1);
  StoredModel stored;
  stored.ParseFromString(EncodeModel(model));
  stored.set_format(2);
  EXPECT_EQ(DecodeModel(stored.SerializeAsString()).status().code(),
            absl::StatusCode::kDataLoss);
  model.density = EveryKind();
  stored.ParseFromString(EncodeModel(model));
  stored.set_density_ess_fraction(1.5);
  EXPECT_EQ(DecodeModel(stored.SerializeAsString()).status().code(),
            absl::StatusCode::kDataLoss);
  stored.set_density_ess_fraction(0.5);
  stored.set_format(1);
  EXPECT_EQ(DecodeModel(stored.SerializeAsString()).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(DensityCodec, RefusesWhatIsCutOff) {
  StoredDensity stored;
  EncodeDensity(*EveryKind(), stored);
  const std::string bytes = stored.SerializeAsString();
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    StoredDensity prefix;
    if (!prefix.ParseFromString(bytes.substr(0, size))) continue;
    EXPECT_EQ(DecodeDensity(prefix, 3).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
}

// Whatever one number becomes, decoding ends with a status.
TEST(DensityCodec, SurvivesAnyDamagedNumber) {
  StoredDensity stored;
  EncodeDensity(*TrainIn(Oblique(), 3), stored);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  for (const double value :
       {nan, inf, -inf, 0.0, -1.0, 1e300, -1e300, 1e-300}) {
    const auto expect_status = [&](const auto& damage) {
      StoredDensity copy = stored;
      damage(*copy.mutable_components(0)->mutable_squared_train());
      const auto decoded = DecodeDensity(copy, 3);
      if (decoded.ok()) return;
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
    };
    using T = StoredSquaredTrain;
    expect_status([&](T& t) { t.set_lower(0, value); });
    expect_status([&](T& t) { t.set_upper(1, value); });
    expect_status([&](T& t) { t.set_wide_mean(1, value); });
    expect_status([&](T& t) { t.set_wide_scale(1, value); });
    expect_status([&](T& t) { t.set_defensive_weight(value); });
    expect_status([&](T& t) { t.mutable_marginals(1)->set_lower(value); });
    expect_status([&](T& t) { t.mutable_marginals(1)->set_width(value); });
    expect_status(
        [&](T& t) { t.mutable_marginals(1)->set_log_density(3, value); });
    expect_status([&](T& t) { t.mutable_cores(1)->set_unfolding(2, value); });
    expect_status([&](T& t) { t.mutable_coordinates()->set_matrix(2, value); });
    expect_status(
        [&](T& t) { t.mutable_coordinates()->set_inverse(2, value); });
    expect_status([&](T& t) { t.mutable_coordinates()->set_scale(2, value); });
  }
}

class DamagedDensity
    : public testing::TestWithParam<std::function<void(StoredDensity&)>> {};

TEST_P(DamagedDensity, IsDataLoss) {
  StoredDensity stored;
  EncodeDensity(*Mapped(), stored);
  ASSERT_TRUE(DecodeDensity(stored, 3).ok());
  GetParam()(stored);
  EXPECT_EQ(DecodeDensity(stored, 3).status().code(),
            absl::StatusCode::kDataLoss);
}

using D = StoredDensity;
auto& Train(D& d) { return *d.mutable_components(0)->mutable_squared_train(); }
auto& Oblique(D& d) {
  return *d.mutable_components(2)->mutable_squared_train();
}
auto& Mixture(D& d) { return *d.mutable_components(3)->mutable_mixture(); }
auto& Base(D& d) { return *d.mutable_components(5)->mutable_base(); }
auto& Stretched(D& d) {
  return *d.mutable_components(6)->mutable_stretched_product();
}
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Faults,
    DamagedDensity,
    testing::Values(
        [](D& d) { d.clear_components(); },
        [](D& d) { d.mutable_components(0)->set_weight(0); },
        [](D& d) { d.mutable_components(0)->set_weight(kNan); },
        [](D& d) { d.mutable_components(0)->set_weight(0.9); },
        [](D& d) { d.mutable_components(0)->clear_kind(); },
        [](D& d) { d.mutable_components()->RemoveLast(); },
        [](D& d) { Train(d).clear_marginals(); },
        [](D& d) { Train(d).mutable_cores()->RemoveLast(); },
        [](D& d) { Train(d).add_lower(0); },
        [](D& d) { Train(d).set_lower(0, 3); },
        [](D& d) { Train(d).set_basis_size(0); },
        [](D& d) { Train(d).set_basis_size(1 << 30); },
        [](D& d) { Train(d).set_basis_size(5); },
        [](D& d) { Train(d).set_defensive_weight(0); },
        [](D& d) { Train(d).set_defensive_weight(1); },
        [](D& d) { Train(d).clear_wide_mean(); },
        [](D& d) { Train(d).set_wide_scale(2, 0); },
        [](D& d) { Train(d).mutable_marginals(0)->clear_log_density(); },
        [](D& d) { Train(d).mutable_marginals(0)->set_log_density(1, kNan); },
        [](D& d) { Train(d).mutable_marginals(0)->set_width(1); },
        [](D& d) { Train(d).mutable_marginals(0)->set_width(0); },
        // Not normalised any more.
        [](D& d) {
          auto& value = *Train(d).mutable_cores(1)->mutable_unfolding();
          value.Set(0, value.Get(0) + 0.1);
        },
        [](D& d) { Train(d).mutable_cores(0)->set_right_rank(2); },
        [](D& d) { Train(d).mutable_cores(0)->set_left_rank(1 << 30); },
        [](D& d) { Train(d).mutable_cores()->SwapElements(0, 2); },
        [](D& d) { Train(d).mutable_coordinates()->add_scale(1); },
        [](D& d) { Train(d).mutable_coordinates()->set_scale(0, -1); },
        // Not a rotation any more; not the inverse any more.
        [](D& d) { Train(d).mutable_coordinates()->set_matrix(0, 2); },
        [](D& d) { Oblique(d).mutable_coordinates()->set_inverse(0, 2); },
        [](D& d) { Oblique(d).mutable_coordinates()->clear_inverse(); },
        [](D& d) { Mixture(d).clear_weights(); },
        [](D& d) { Mixture(d).set_weights(0, -1); },
        [](D& d) { Mixture(d).set_weights(0, 0.9); },
        [](D& d) { Mixture(d).add_means(1); },
        [](D& d) { Mixture(d).set_roots(4, 0); },
        [](D& d) { Mixture(d).set_roots(1, kNan); },
        [](D& d) { Mixture(d).mutable_roots()->RemoveLast(); },
        [](D& d) { Mixture(d).set_degrees_of_freedom(-1); },
        [](D& d) { Base(d).set_kind(3); },
        [](D& d) { Base(d).add_mean(1); },
        [](D& d) { Base(d).set_scale(0, 0); },
        [](D& d) { Base(d).set_degrees_of_freedom(0); },
        [](D& d) { Base(d).set_degrees_of_freedom(kNan); },
        [](D& d) { Stretched(d).mutable_marginals()->RemoveLast(); },
        [](D& d) { Stretched(d).mutable_marginals(1)->set_width(-1); },
        [](D& d) { Stretched(d).set_wide_weight(0); },
        [](D& d) { Stretched(d).set_wide_weight(1); },
        [](D& d) { Stretched(d).add_wide_mean(0); },
        [](D& d) { Stretched(d).set_wide_scale(0, 0); },
        [](D& d) { Stretched(d).mutable_coordinates()->clear_inverse(); },
        [](D& d) { d.mutable_map(0)->set_coordinate(3); },
        [](D& d) { d.mutable_map(0)->set_coordinate(-1); },
        [](D& d) { d.mutable_map(0)->set_driver(2); },
        [](D& d) { d.mutable_map(0)->set_parents(0, 0); },
        [](D& d) { d.mutable_map(0)->clear_parents(); },
        [](D& d) { d.mutable_map(0)->add_slope(1); },
        [](D& d) { d.mutable_map(0)->set_slope(1, kNan); },
        [](D& d) { d.mutable_map(0)->set_knots(1, -3); },
        [](D& d) { d.mutable_map(0)->clear_knots(); },
        [](D& d) { d.mutable_map(0)->add_log_scale(1); },
        [](D& d) { d.mutable_map(1)->mutable_offset()->RemoveLast(); },
        // Steps that depend on what was changed before.
        [](D& d) { d.mutable_map()->SwapElements(0, 1); }));

}  // namespace
}  // namespace ttflow::server
