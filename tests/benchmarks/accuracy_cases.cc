#include "tests/benchmarks/accuracy_cases.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/math/standard_normal.h"
#include "core/targets/rotated_many_well.h"
#include "core/targets/target_registry.h"
#include "tests/benchmarks/bounded_target.h"
#include "tests/benchmarks/mapped_target.h"

namespace ttflow::benchmarks {
namespace {

constexpr std::uint64_t kMapSeed = 17;

std::shared_ptr<const Target> Made(const std::string& name,
                                   Index dimension,
                                   const ParameterValues& parameters = {}) {
  Violations violations;
  std::shared_ptr<const Target> target =
      MakeTarget(name, dimension, parameters, violations);
  for (const Violation& violation : violations.items()) {
    std::fprintf(stderr,
                 "%s: %s %s\n",
                 name.c_str(),
                 violation.field.c_str(),
                 violation.description.c_str());
  }
  return target;
}

// Ten unit Gaussians, each 8 to 15 standard deviations from an earlier one and
// no two nearer than 8, with weights 1 : 2 : ... : 10.
std::shared_ptr<const Target> TenComponents(Index d) {
  constexpr Index kComponents = 10;
  RandomStream stream = RandomKey(kMapSeed).Stream(Purpose::kExact, 3, 0);
  Matrix means = Matrix::Zero(kComponents, d);
  for (Index k = 1; k < kComponents;) {
    Vector direction(d);
    for (Index j = 0; j < d; ++j) direction[j] = stream.Normal();
    const auto from =
        static_cast<Index>(stream.Uniform() * static_cast<double>(k));
    const double distance = 8 + 7 * stream.Uniform();
    means.row(k) =
        means.row(from) + distance * direction.transpose() / direction.norm();
    const double nearest =
        (means.topRows(k).rowwise() - means.row(k)).rowwise().norm().minCoeff();
    if (nearest >= 8) ++k;
  }
  std::vector<double> rows;
  std::vector<double> weights;
  for (Index k = 0; k < kComponents; ++k) {
    for (Index j = 0; j < d; ++j) rows.push_back(means(k, j));
    weights.push_back(static_cast<double>(k + 1) / 55);
  }
  return Made("gaussian_mixture", d, {{"means", rows}, {"weights", weights}});
}

// Two Gaussians of equal weight, `distance` apart along the diagonal, the
// second of standard deviation `width`.
std::shared_ptr<const Target> WideAndNarrow(Index d,
                                            double distance,
                                            double width) {
  std::vector<double> means(static_cast<std::size_t>(2 * d), 0.0);
  for (Index j = 0; j < d; ++j) {
    means[static_cast<std::size_t>(d + j)] =
        distance / std::sqrt(static_cast<double>(d));
  }
  return Made("gaussian_mixture",
              d,
              {{"means", means}, {"std", {1, width}}, {"weights", {0.5, 0.5}}});
}

std::shared_ptr<const Target> LogisticOf(const std::string& path) {
  std::ifstream file(path);
  if (!file) return nullptr;
  std::vector<double> features;
  std::vector<double> labels;
  for (std::string line; std::getline(file, line);) {
    std::vector<double> row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) {
      row.push_back(std::stod(cell));
    }
    if (row.size() < 2) continue;
    features.insert(features.end(), row.begin(), row.end() - 1);
    labels.push_back(row.back());
  }
  return Made("logistic", 0, {{"features", features}, {"labels", labels}});
}

void AddProducts(std::vector<AccuracyCase>& cases) {
  for (const Index d : {4, 8, 16, 32, 64, 128}) {
    cases.push_back({"many-well-" + std::to_string(d),
                     {0.002, 3e4, 1. / 20},
                     Made("many_well", d)});
  }
  for (const Index d : {8, 16, 32, 64}) {
    cases.push_back({"rotated-many-well-" + std::to_string(d),
                     {0.003, 4e4, 1. / 20},
                     Made("rotated_many_well", d),
                     std::nullopt,
                     d < 64 ? 1000 : 10});
  }
  for (const Index d : {16, 64}) {
    cases.push_back({"correlated-gaussian-" + std::to_string(d),
                     {0.002, 3e4, 1. / 20},
                     Made("gaussian", d, {{"rho", {0.9}}})});
  }
}

void AddChains(std::vector<AccuracyCase>& cases) {
  struct Size {
    Index d;
    Goal goal;
    int most_seeds;
  };
  for (const Size& size : {Size{16, {0.004, 8e4, 1. / 20}, 1000},
                           Size{32, {0.005, 1e5, 1. / 20}, 30},
                           Size{64, {0.01, 2e5, 1. / 20}, 3}}) {
    for (const double coupling : {0.1, 0.5, 2.0}) {
      char name[64];
      std::snprintf(name,
                    sizeof(name),
                    "coupled-wells-%d-J%g",
                    static_cast<int>(size.d),
                    coupling);
      cases.push_back(
          {name,
           size.goal,
           Made("coupled_wells", size.d, {{"coupling", {coupling}}}),
           std::nullopt,
           size.most_seeds});
    }
  }
  const auto chain = Made("coupled_wells", 16, {{"coupling", {0.5}}});
  cases.push_back(
      {"coupled-wells-16-J0.5-permuted",
       {0.004, 8e4, 1. / 20},
       std::make_shared<MappedTarget>(chain, RandomPermutation(16, kMapSeed))});
  cases.push_back(
      {"coupled-wells-16-J0.5-rotated",
       {0.004, 8e4, 1. / 20},
       std::make_shared<MappedTarget>(chain, RandomRotation(16, kMapSeed)),
       std::nullopt,
       10});
  for (const Index d : {16, 32}) {
    cases.push_back(
        {"coupled-wells-" + std::to_string(d) + "-quartic-sine",
         {0.01, 1e5, 1. / 10},
         Made("coupled_wells",
              d,
              {{"coupling", {0}}, {"quartic", {0.3}}, {"sine", {1}}}),
         std::nullopt,
         d < 32 ? 1000 : 10});
  }
  for (const auto& [kappa, reference] :
       {std::pair(0.3, 67.819), std::pair(0.5, 786.205)}) {
    cases.push_back({kappa < 0.4 ? "phi4-8x8-kappa.3" : "phi4-8x8-kappa.5",
                     {0.02, 1e5, 1. / 20},
                     Made("phi4", 64, {{"kappa", {kappa}}}),
                     reference});
  }
}

void AddMixtures(std::vector<AccuracyCase>& cases) {
  const std::vector<double> means = {-3, 0, 3, 0};
  cases.push_back(
      {"gmm2-equal",
       {0.005, 5e4, 1. / 4},
       Made("gaussian_mixture", 2, {{"means", means}, {"std", {0.7}}})});
  cases.push_back(
      {"gmm2-unequal",
       {0.005, 5e4, 1. / 4},
       Made("gaussian_mixture",
            2,
            {{"means", means}, {"std", {0.7}}, {"weights", {0.8, 0.2}}})});
  cases.push_back({"gmm-40", {0.005, 5e4, 1. / 4}, Made("gmm40", 2)});
  cases.push_back(
      {"gmm-40-std1", {0.005, 5e4, 1. / 4}, Made("gmm40", 2, {{"std", {1}}})});
  cases.push_back({"mw54", {0.005, 5e4, 1. / 4}, Made("mw54", 5)});
  for (const Index d : {5, 10, 20}) {
    cases.push_back({"ten-components-" + std::to_string(d),
                     {0.02, 2e5, 1. / 4},
                     TenComponents(d)});
  }
  cases.push_back(
      {"student-mixture-2", {0.005, 3e4, 1. / 4}, Made("student_mixture", 2)});
  cases.push_back(
      {"student-mixture-10", {0.05, 3e5, 1. / 4}, Made("student_mixture", 10)});
  for (const auto& [d, width] :
       {std::pair<Index, double>(2, 0.1), {2, 0.3}, {5, 0.3}, {8, 0.5}}) {
    char name[64];
    std::snprintf(name,
                  sizeof(name),
                  "wide-and-narrow-%d-%g",
                  static_cast<int>(d),
                  width);
    cases.push_back({name, {}, WideAndNarrow(d, 12, width)});
  }
}

// A normal density of unit variances and correlations 1/2 on the orthant of
// positive coordinates, which has probability 1 / (d + 1) (Plackett 1954).
std::shared_ptr<const Target> Orthant(Index d) {
  std::vector<double> covariance(static_cast<std::size_t>(d * d), 0.5);
  for (Index k = 0; k < d; ++k) {
    covariance[static_cast<std::size_t>(k * (d + 1))] = 1;
  }
  auto normal = Made("gaussian", d, {{"covariance", covariance}});
  const double log_evidence =
      normal->LogEvidence().value() - std::log(static_cast<double>(d + 1));
  return std::make_shared<BoundedTarget>(
      std::move(normal),
      std::vector<Bounds>(static_cast<std::size_t>(d), Bounds{.lower = 0}),
      log_evidence);
}

// GMM-40 on a square whose edges cut through modes.
std::shared_ptr<const Target> MixtureInSquare() {
  constexpr double kHalf = 25;
  constexpr double kStd = 1.5;
  auto mixture = Made("gmm40", 2, {{"std", {kStd}}});
  const Matrix centers = mixture->ModeCenters();
  double inside = 0;
  for (Index k = 0; k < centers.rows(); ++k) {
    double product = 1;
    for (Index j = 0; j < 2; ++j) {
      product *= StandardNormalCdf((kHalf - centers(k, j)) / kStd) -
                 StandardNormalCdf((-kHalf - centers(k, j)) / kStd);
    }
    inside += product / static_cast<double>(centers.rows());
  }
  return std::make_shared<BoundedTarget>(
      std::move(mixture),
      std::vector<Bounds>(2, Bounds{-kHalf, kHalf}),
      std::log(inside));
}

void AddBounded(std::vector<AccuracyCase>& cases) {
  for (const Index d : {8, 32}) {
    cases.push_back({"orthant-" + std::to_string(d), {}, Orthant(d)});
  }
  cases.push_back({"gmm-40-in-square", {}, MixtureInSquare()});
}

void AddPosteriors(std::vector<AccuracyCase>& cases, const std::string& data) {
  cases.push_back({"funnel-10", {0.02, 1e6, 0}, Made("funnel", 10)});
  cases.push_back(
      {"eight-schools", {0.003, 3e4, 1. / 10}, Made("eight_schools", 10)});
  cases.push_back({"eight-schools-centred",
                   {0.01, 2e5, 1. / 10},
                   Made("eight_schools", 10, {{"centered", {1}}})});
  struct Table {
    const char* name;
    double reference;
  };
  for (const Table& table : {Table{"ionosphere", -111.611},
                             Table{"sonar", -108.384},
                             Table{"breast_cancer", -55.224},
                             Table{"wine", -17.6797},
                             Table{"iris", -20.531}}) {
    auto target = LogisticOf(data + "/" + table.name + ".csv");
    if (target == nullptr) {
      std::fprintf(stderr,
                   "logistic-%s is left out: no %s/%s.csv "
                   "(tests/benchmarks/data/prepare.sh makes it)\n",
                   table.name,
                   data.c_str(),
                   table.name);
      continue;
    }
    cases.push_back({std::string("logistic-") + table.name,
                     {0.01, 3e4, 1. / 8},
                     std::move(target),
                     table.reference});
  }
}

}  // namespace

std::vector<AccuracyCase> AccuracyCases(const std::string& data) {
  std::vector<AccuracyCase> cases;
  AddMixtures(cases);
  AddProducts(cases);
  AddChains(cases);
  AddPosteriors(cases, data);
  AddBounded(cases);
  return cases;
}

}  // namespace ttflow::benchmarks
