#include "client/input/option_path.h"

#include <set>

#include "client/errors/client_error.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "ttflow/v1/sampler_options.pb.h"

namespace ttflow::client {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SetOptionTest, SetsEveryType) {
  v1::SamplerOptions options;
  ASSERT_TRUE(SetOption("num_particles", "512", options).ok());
  ASSERT_TRUE(SetOption("max_energy_evaluations", "5000000000", options).ok());
  ASSERT_TRUE(SetOption("schedule.conditional_ess", "0.9", options).ok());
  ASSERT_TRUE(SetOption("max_seconds", "2.5", options).ok());
  ASSERT_TRUE(SetOption("evidence.wanted_error", "0.01", options).ok());
  EXPECT_EQ(options.max_seconds(), 2.5);
  EXPECT_EQ(options.evidence().wanted_error(), 0.01);
  ASSERT_TRUE(SetOption("flow.orthonormal", "off", options).ok());
  ASSERT_TRUE(SetOption("flow.mode", "on", options).ok());
  ASSERT_TRUE(SetOption("moves.kind", "MOVE_KIND_HMC", options).ok());
  ASSERT_TRUE(SetOption("base.mean", "1,2,3", options).ok());
  ASSERT_TRUE(SetOption("flow.max_pairs", "-1", options).ok());
  EXPECT_EQ(options.num_particles(), 512);
  EXPECT_EQ(options.max_energy_evaluations(), 5000000000);
  EXPECT_EQ(options.schedule().conditional_ess(), 0.9);
  EXPECT_TRUE(options.flow().has_orthonormal());
  EXPECT_FALSE(options.flow().orthonormal());
  EXPECT_EQ(options.flow().mode(), v1::FLOW_MODE_ON);
  EXPECT_EQ(options.moves().kind(), v1::MOVE_KIND_HMC);
  EXPECT_THAT(options.base().mean(), ElementsAre(1, 2, 3));
  EXPECT_EQ(options.flow().max_pairs(), -1);
  // A list is replaced, not appended to.
  ASSERT_TRUE(SetOption("base.mean", "[4]", options).ok());
  EXPECT_THAT(options.base().mean(), ElementsAre(4));
}

TEST(SetOptionTest, TakesEveryBasisByItsName) {
  for (const char* name : {"fourier_extension",
                           "pure_fourier",
                           "legendre",
                           "chebyshev",
                           "bspline",
                           "wavelet"}) {
    v1::SamplerOptions options;
    EXPECT_TRUE(SetOption("flow.basis", name, options).ok()) << name;
    EXPECT_TRUE(options.flow().has_basis());
  }
  v1::SamplerOptions options;
  EXPECT_TRUE(SetOption("flow.inner_product", "l2", options).ok());
  EXPECT_EQ(options.flow().inner_product(), v1::INNER_PRODUCT_L2);
  EXPECT_TRUE(SetOption("flow.velocity", "components", options).ok());
  EXPECT_EQ(options.flow().velocity(), v1::VELOCITY_FORM_COMPONENTS);
  EXPECT_FALSE(SetOption("flow.basis", "hermite", options).ok());
}

TEST(SetOptionTest, EveryPathCanBeSet) {
  const auto paths = OptionPaths(*v1::SamplerOptions::descriptor());
  EXPECT_THAT(paths, Contains("flow.max_rank"));
  EXPECT_THAT(paths, Contains("num_particles"));
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()).size(),
            paths.size());
  for (const std::string& path : paths) {
    bool is_set = false;
    for (const char* value : {"1",
                              "auto",
                              "systematic",
                              "fourier_extension",
                              "h2",
                              "residual",
                              "parts"}) {
      v1::SamplerOptions options;
      if (SetOption(path, value, options).ok()) {
        is_set = !google::protobuf::util::MessageDifferencer::Equals(
            options, v1::SamplerOptions());
        break;
      }
    }
    EXPECT_TRUE(is_set) << path;
  }
}

TEST(SetOptionTest, AWrongPathListsNearNamesAndChangesNothing) {
  v1::SamplerOptions options;
  const absl::Status status = SetOption("flow.max_rnak", "4", options);
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  EXPECT_THAT(FormatError(status, false),
              AllOf(HasSubstr("flow.max_rnak"),
                    HasSubstr("did you mean flow.max_rank")));
  EXPECT_FALSE(options.has_flow());
}

TEST(SetOptionTest, AGroupListsItsMembers) {
  v1::SamplerOptions options;
  const absl::Status status = SetOption("schedule", "4", options);
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  EXPECT_THAT(FormatError(status, false),
              HasSubstr("schedule.conditional_ess"));
}

TEST(SetOptionTest, AWrongValueSaysWhatIsExpected) {
  v1::SamplerOptions options;
  const auto error = [&options](const char* path, const char* value) {
    const absl::Status status = SetOption(path, value, options);
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage) << path;
    return FormatError(status, false);
  };
  EXPECT_THAT(error("num_particles", "many"), HasSubstr("whole number"));
  EXPECT_THAT(error("num_particles", "1.5"), HasSubstr("whole number"));
  EXPECT_THAT(error("num_particles", "99999999999"), HasSubstr("2147483647"));
  EXPECT_THAT(error("schedule.conditional_ess", "high"), HasSubstr("a number"));
  EXPECT_THAT(error("flow.orthonormal", "maybe"), HasSubstr("true or false"));
  EXPECT_THAT(error("flow.mode", "always"), HasSubstr("one of auto, on, off"));
  EXPECT_THAT(error("base.mean", "a,b"), HasSubstr("numbers"));
  EXPECT_THAT(error("flow.mode.deeper", "1"), HasSubstr("no such option"));
  EXPECT_THAT(error("", "1"), HasSubstr("no such option"));
}

TEST(ShortEnumNamesTest, DropsThePrefixAndTheUnspecified) {
  EXPECT_THAT(ShortEnumNames(*v1::FlowMode_descriptor()),
              ElementsAre("auto", "on", "off"));
  EXPECT_THAT(ShortEnumNames(*v1::BaseKind_descriptor()),
              ElementsAre("auto", "gaussian", "student_t"));
}

}  // namespace
}  // namespace ttflow::client
