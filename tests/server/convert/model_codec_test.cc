#include "server/convert/model_codec.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "server/convert/model.pb.h"
#include "tests/server/convert/random_model.h"

namespace ttflow::server {
namespace {

using internal::convert::StoredModel;

void ExpectEqual(const TensorTrain& a, const TensorTrain& b) {
  EXPECT_EQ(a.ranks(), b.ranks());
  ASSERT_EQ(a.cores.size(), b.cores.size());
  for (std::size_t k = 0; k < a.cores.size(); ++k) {
    EXPECT_EQ(a.cores[k].size, b.cores[k].size);
    EXPECT_EQ(a.cores[k].unfolding, b.cores[k].unfolding);
  }
}

void ExpectEqual(const Potential& a, const Potential& b) {
  EXPECT_EQ(a.additive_basis, b.additive_basis);
  EXPECT_EQ(a.train_basis, b.train_basis);
  EXPECT_EQ(a.additive, b.additive);
  ASSERT_EQ(a.pairs.size(), b.pairs.size());
  for (std::size_t p = 0; p < a.pairs.size(); ++p) {
    EXPECT_EQ(a.pairs[p].i, b.pairs[p].i);
    EXPECT_EQ(a.pairs[p].j, b.pairs[p].j);
    EXPECT_EQ(a.pairs[p].coefficient, b.pairs[p].coefficient);
  }
  ExpectEqual(a.train, b.train);
}

void ExpectEqual(const Velocity& a, const Velocity& b) {
  ExpectEqual(a.potential, b.potential);
  EXPECT_EQ(a.component_basis, b.component_basis);
  ASSERT_EQ(a.components.size(), b.components.size());
  for (std::size_t k = 0; k < a.components.size(); ++k) {
    ExpectEqual(a.components[k], b.components[k]);
  }
}

void ExpectEqual(const Transport& a, const Transport& b) {
  EXPECT_EQ(a.coordinates.center, b.coordinates.center);
  EXPECT_EQ(a.coordinates.scale, b.coordinates.scale);
  EXPECT_EQ(a.coordinates.is_diagonal(), b.coordinates.is_diagonal());
  if (!a.coordinates.is_diagonal()) {
    EXPECT_EQ(a.coordinates.matrix, b.coordinates.matrix);
  }
  EXPECT_EQ(a.coordinates.is_orthogonal(), b.coordinates.is_orthogonal());
  if (!a.coordinates.is_orthogonal()) {
    EXPECT_EQ(a.coordinates.inverse, b.coordinates.inverse);
  }
  ExpectEqual(a.velocity, b.velocity);
  ExpectEqual(a.fold_velocity[0], b.fold_velocity[0]);
  ExpectEqual(a.fold_velocity[1], b.fold_velocity[1]);
  EXPECT_EQ(a.substeps, b.substeps);
}

void ExpectEqual(const MoveSettings& a, const MoveSettings& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.step_size, b.step_size);
  EXPECT_EQ(a.num_leapfrog_steps, b.num_leapfrog_steps);
  EXPECT_EQ(a.log_step_spread, b.log_step_spread);
  EXPECT_EQ(a.scale, b.scale);
}

TEST(ModelCodec, EveryNumberKeepsItsBits) {
  const Model model = RandomModel(3, 1);
  const auto decoded = DecodeModel(EncodeModel(model));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->base.kind, model.base.kind);
  EXPECT_EQ(decoded->base.mean, model.base.mean);
  EXPECT_EQ(decoded->base.scale, model.base.scale);
  EXPECT_EQ(decoded->base.degrees_of_freedom, model.base.degrees_of_freedom);
  EXPECT_EQ(decoded->num_particles, model.num_particles);
  ASSERT_EQ(decoded->stages.size(), model.stages.size());
  for (std::size_t i = 0; i < model.stages.size(); ++i) {
    const StageModel& a = decoded->stages[i];
    const StageModel& b = model.stages[i];
    EXPECT_EQ(a.t_from, b.t_from);
    EXPECT_EQ(a.t_to, b.t_to);
    ASSERT_EQ(a.transport.has_value(), b.transport.has_value());
    if (a.transport) ExpectEqual(*a.transport, *b.transport);
    EXPECT_EQ(a.resampling.scheme, b.resampling.scheme);
    EXPECT_EQ(a.resampling.ess_threshold, b.resampling.ess_threshold);
    EXPECT_EQ(a.resampling.always, b.resampling.always);
    ExpectEqual(a.moves, b.moves);
  }
}

TEST(ModelCodec, EqualModelsGiveEqualBytesAndOthersDoNot) {
  const std::string bytes = EncodeModel(RandomModel(3, 1));
  EXPECT_EQ(bytes, EncodeModel(RandomModel(3, 1)));
  EXPECT_NE(bytes, EncodeModel(RandomModel(3, 2)));
  EXPECT_EQ(bytes, EncodeModel(*DecodeModel(bytes)));
}

TEST(ModelCodec, OneCoordinate) {
  const std::string bytes = EncodeModel(RandomModel(1, 3));
  const auto decoded = DecodeModel(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeModel(*decoded), bytes);
}

// Numbers of families are never given anew, and flows of before inner products
// were a choice are in H2.
TEST(ModelCodec, BasisFamiliesKeepTheirNumbers) {
  StoredModel stored;
  const Model model = RandomModel(3, 1);
  ASSERT_TRUE(stored.ParseFromString(EncodeModel(model)));
  for (const auto& stage : stored.stages()) {
    if (!stage.has_transport()) continue;
    const auto& potential = stage.transport().velocity();
    EXPECT_EQ(potential.additive_basis(0).family(), 1);
    EXPECT_EQ(potential.additive_basis(1).family(), 3);
    EXPECT_EQ(potential.additive_basis(2).family(), 6);
    EXPECT_EQ(potential.additive_basis(0).inner_product(), 0);
    EXPECT_EQ(potential.additive_basis(1).inner_product(), 1);
    if (potential.train_basis_size() == 0) continue;
    EXPECT_EQ(potential.train_basis(0).family(), 2);
    EXPECT_EQ(potential.train_basis(1).family(), 4);
    EXPECT_EQ(potential.train_basis(2).family(), 5);
  }
}

TEST(ModelCodec, RefusesAnUnknownBasis) {
  const auto decode_with = [](int family, int inner_product) {
    StoredModel stored;
    stored.ParseFromString(EncodeModel(RandomModel(3, 1)));
    for (auto& stage : *stored.mutable_stages()) {
      if (!stage.has_transport()) continue;
      auto& basis = *stage.mutable_transport()
                         ->mutable_velocity()
                         ->mutable_additive_basis(1);
      basis.set_family(family);
      basis.set_inner_product(inner_product);
    }
    return DecodeModel(stored.SerializeAsString()).ok();
  };
  EXPECT_TRUE(decode_with(5, 0));
  EXPECT_FALSE(decode_with(0, 0));
  EXPECT_FALSE(decode_with(7, 0));
  EXPECT_FALSE(decode_with(5, 2));
  EXPECT_FALSE(decode_with(5, -1));
}

TEST(ModelCodec, RefusesWhatIsCutOff) {
  const std::string bytes = EncodeModel(RandomModel(3, 1));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    // A prefix may be a message, but never a whole model.
    const auto decoded = DecodeModel(std::string_view(bytes).substr(0, size));
    if (decoded.ok()) {
      EXPECT_LT(decoded->stages.size(), 3u) << size;
    } else {
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

class DamagedModel
    : public testing::TestWithParam<std::function<void(StoredModel&)>> {};

TEST_P(DamagedModel, IsDataLoss) {
  StoredModel stored;
  ASSERT_TRUE(stored.ParseFromString(EncodeModel(RandomModel(3, 1))));
  GetParam()(stored);
  const auto decoded = DecodeModel(stored.SerializeAsString());
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
}

auto* VelocityOf(StoredModel& m) {
  return m.mutable_stages(0)->mutable_transport()->mutable_velocity();
}

INSTANTIATE_TEST_SUITE_P(
    Faults,
    DamagedModel,
    testing::Values(
        [](StoredModel& m) { m.set_format(3); },
        [](StoredModel& m) { m.set_num_particles(0); },
        [](StoredModel& m) { m.mutable_base()->set_kind(9); },
        [](StoredModel& m) { m.mutable_base()->clear_mean(); },
        [](StoredModel& m) { m.mutable_base()->add_scale(1); },
        [](StoredModel& m) { m.mutable_base()->set_scale(0, -1); },
        [](StoredModel& m) { m.mutable_stages(0)->set_t_to(-1); },
        [](StoredModel& m) { m.mutable_stages(0)->set_t_to(1.5); },
        [](StoredModel& m) {
          m.mutable_stages(2)->mutable_moves()->set_kind(7);
        },
        [](StoredModel& m) {
          m.mutable_stages(2)->mutable_moves()->clear_scale();
        },
        [](StoredModel& m) {
          m.mutable_stages(1)->mutable_resampling()->set_scheme(0);
        },
        [](StoredModel& m) {
          m.mutable_stages(0)->mutable_transport()->set_substeps(0);
        },
        [](StoredModel& m) {
          m.mutable_stages(0)
              ->mutable_transport()
              ->mutable_coordinates()
              ->add_matrix(1);
        },
        [](StoredModel& m) {
          m.mutable_stages(0)
              ->mutable_transport()
              ->mutable_coordinates()
              ->clear_matrix();
        },
        [](StoredModel& m) {
          m.mutable_stages(0)
              ->mutable_transport()
              ->mutable_coordinates()
              ->add_inverse(1);
        },
        [](StoredModel& m) {
          m.mutable_stages(0)->mutable_transport()->clear_fold_velocity();
        },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_additive_basis(1)->set_lower(100);
        },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_additive(1)->mutable_values()->Resize(99, 0);
        },
        [](StoredModel& m) { VelocityOf(m)->set_pair_j(0, 3); },
        [](StoredModel& m) { VelocityOf(m)->set_pair_j(0, 0); },
        [](StoredModel& m) { VelocityOf(m)->add_pair_i(0); },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_cores(0)->set_right_rank(3);
        },
        [](StoredModel& m) {
          // Sizes whose product overflows 32 bits must not pass either.
          VelocityOf(m)->mutable_cores(0)->set_left_rank(1 << 30);
        },
        [](StoredModel& m) { VelocityOf(m)->mutable_cores()->RemoveLast(); },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_components()->RemoveLast();
        },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_components(1)->clear_cores();
        },
        [](StoredModel& m) { VelocityOf(m)->clear_components(); },
        [](StoredModel& m) { VelocityOf(m)->clear_component_basis(); },
        [](StoredModel& m) {
          VelocityOf(m)->mutable_components(0)->mutable_cores(0)->set_size(2);
        }));

}  // namespace
}  // namespace ttflow::server
