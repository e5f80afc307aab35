#include "client/report/sample_picture.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ttflow::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Whether every element is closed in order and every attribute quoted: what
// makes XML well-formed, for the subset that the pictures use.
testing::AssertionResult IsWellFormed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    if (xml[at] == '&') {
      const std::size_t end = xml.find(';', at);
      if (end == std::string::npos || end - at > 7) {
        return testing::AssertionFailure() << "a bare & at " << at;
      }
    }
    if (xml[at] == '>')
      return testing::AssertionFailure() << "a bare > at " << at;
    if (xml[at] != '<') continue;
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos)
      return testing::AssertionFailure() << "an open tag at " << at;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos) {
      return testing::AssertionFailure() << "< within a tag at " << at;
    }
    const std::string name = tag.substr(
        tag.starts_with('/') ? 1 : 0,
        tag.find_first_of(" /\n", 1) - (tag.starts_with('/') ? 1 : 0));
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) {
        return testing::AssertionFailure()
               << "</" << tag.substr(1) << "> closes nothing";
      }
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
    at = end;
  }
  if (!open.empty())
    return testing::AssertionFailure() << "<" << open.back() << "> stays open";
  return testing::AssertionSuccess();
}

SamplePicture Example() {
  SamplePicture picture;
  picture.title = "a <target> & \"more\"";
  picture.subtitle = "log evidence 0.0";
  for (int i = 0; i < 500; ++i)
    picture.samples.push_back({std::cos(i), std::sin(i)});
  picture.modes = {{0, 0}, {1, 0}};
  for (int i = 1; i <= 10; ++i)
    picture.stages.push_back({0.1 * i, 100.0 * i, 0.9, i > 5, 0.8, -0.1 * i});
  return picture;
}

TEST(SamplePictureSvgTest, IsWellFormedWithATextAlternative) {
  const std::string svg = SamplePictureSvg(Example());
  EXPECT_TRUE(IsWellFormed(svg));
  EXPECT_THAT(svg,
              HasSubstr("role=\"img\" aria-labelledby=\"title description\""));
  EXPECT_THAT(svg,
              HasSubstr("<title id=\"title\">a &lt;target&gt; &amp; "
                        "&quot;more&quot;</title>"));
  EXPECT_THAT(
      svg,
      HasSubstr(
          "500 samples in the plane of x1 and x2, with 2 true mode centres"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(SamplePictureSvgTest, DrawsAllDotsInOnePath) {
  const SamplePicture picture = Example();
  const std::string svg = SamplePictureSvg(picture);
  const std::size_t start = svg.find("<g clip-path=\"url(#scatter)\">");
  ASSERT_NE(start, std::string::npos);
  const std::size_t path = svg.find("<path class=\"dots\"", start);
  const std::string dots = svg.substr(path, svg.find("/>", path) - path);
  std::size_t count = 0;
  for (std::size_t at = dots.find("h0"); at != std::string::npos;
       at = dots.find("h0", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, picture.samples.size());
}

TEST(SamplePictureSvgTest, SurvivesWhatIsMissing) {
  SamplePicture picture = Example();
  picture.modes.clear();
  picture.stages.clear();
  EXPECT_TRUE(IsWellFormed(SamplePictureSvg(picture)));
  EXPECT_THAT(SamplePictureSvg(picture), Not(HasSubstr("true mode")));
  picture.samples.clear();
  EXPECT_TRUE(IsWellFormed(SamplePictureSvg(picture)));
  picture = Example();
  picture.dimension = 1;
  EXPECT_TRUE(IsWellFormed(SamplePictureSvg(picture)));
  picture.stages[3].log_evidence = std::nan("");
  picture.samples[3] = {std::nan(""), 0};
  EXPECT_THAT(SamplePictureSvg(picture), Not(HasSubstr("nan")));
}

Json ExampleResult(const char* target) {
  Json result = Json::parse(R"({"dimension": 2, "seed": 7, "log_evidence": 0.01,
      "log_evidence_standard_error": 0.02, "weight_ess_fraction": 0.9,
      "num_energy_evaluations": 1000,
      "coordinates": [{"name": "a"}, {"name": "b"}],
      "stages": [{"pass": 0, "t": 1.0},
                 {"pass": 1, "t": 0.5, "weight_ess_fraction": 0.9, "log_evidence": null},
                 {"pass": 1, "t": 1.0, "weight_ess_fraction": 0.8, "flow_used": true},
                 {"pass": 2, "t": 0.5}]})");
  result["target"] = Json::parse(target);
  return result;
}

TEST(MakeSamplePictureTest, TakesTheModesOfABuiltInTarget) {
  const NpyArray samples{{2, 2}, {1, 2, 3, 4}};
  const auto picture =
      MakeSamplePicture(ExampleResult(R"({"name": "gaussian_mixture",
          "parameters": {"means": [0, 0, 3, 1], "std": [0.5]}})"),
                        samples);
  ASSERT_TRUE(picture.ok()) << picture.status();
  EXPECT_THAT(picture->modes, ElementsAre(Point{0, 0}, Point{3, 1}));
  EXPECT_THAT(picture->samples, ElementsAre(Point{1, 2}, Point{3, 4}));
  EXPECT_THAT(picture->stages, SizeIs(2));  // the pass that trains
  EXPECT_EQ(picture->x_name, "a");
  EXPECT_EQ(picture->title, "gaussian_mixture, d = 2");
}

TEST(MakeSamplePictureTest, ShowsASearchWhereNothingWasTrained) {
  const NpyArray samples{{1, 2}, {1, 2}};
  Json result = ExampleResult(R"({"name": "mixture"})");
  const auto num_stages = [&] {
    return MakeSamplePicture(result, samples)->stages.size();
  };
  result["stages"] =
      Json::parse(R"([{"pass": 0, "t": 0.2, "fresh_ess_fraction": 0.5},
                                     {"pass": 0, "t": 0.6, "fresh_ess_fraction": 0.0},
                                     {"pass": 0, "t": 1.0, "fresh_ess_fraction": 0.9},
                                     {"pass": 2, "t": 1.0, "fresh_ess_fraction": 0.9}])");
  EXPECT_EQ(num_stages(), 4u);
  // The search was in vain, and a flow was trained.
  result["stages"].push_back({{"pass", 1}, {"t", 1.0}});
  EXPECT_EQ(num_stages(), 1u);
}

TEST(MakeSamplePictureTest, TakesTheModesOfAnInlineMixture) {
  const NpyArray samples{{1, 2}, {1, 2}};
  const auto picture = MakeSamplePicture(
      ExampleResult(
          R"({"name": "mixture", "components": [{"mean": [0, 1]}, {"mean": [0, 1]},
          {"mean": [5, 6]}]})"),
      samples);
  ASSERT_TRUE(picture.ok()) << picture.status();
  EXPECT_THAT(picture->modes, ElementsAre(Point{0, 1}, Point{5, 6}));
}

TEST(MakeSamplePictureTest, AnUnknownTargetHasNoModes) {
  const NpyArray samples{{1, 2}, {1, 2}};
  const auto picture =
      MakeSamplePicture(ExampleResult(R"({"name": "of_the_future"})"), samples);
  ASSERT_TRUE(picture.ok());
  EXPECT_THAT(picture->modes, IsEmpty());
}

TEST(MakeSamplePictureTest, RefusesWhatDoesNotBelongTogether) {
  EXPECT_FALSE(
      MakeSamplePicture(ExampleResult("{}"), {{1, 3}, {1, 2, 3}}).ok());
  EXPECT_FALSE(MakeSamplePicture(Json::object(), {{1, 2}, {1, 2}}).ok());
}

}  // namespace
}  // namespace ttflow::client
