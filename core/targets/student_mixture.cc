#include "core/targets/student_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"

namespace ttflow {
namespace {

constexpr Index kNumDefaultCenters = 10;
constexpr Index kDefaultDimension = 2;
// Of the key with seed 0: numbers of draws and of the rotation differ from it.
constexpr std::uint32_t kCenterStream = 2;

// log of the constant of Student's t density with unit scale.
double StudentLogConstant(double degrees_of_freedom) {
  return std::lgamma((degrees_of_freedom + 1) / 2) -
         std::lgamma(degrees_of_freedom / 2) -
         0.5 * std::log(degrees_of_freedom * std::numbers::pi);
}

}  // namespace

StudentMixture::StudentMixture(const Matrix& centers,
                               const Vector& weights,
                               double degrees_of_freedom,
                               double scale)
    : centers_(centers),
      component_draw_(weights),
      degrees_of_freedom_(degrees_of_freedom),
      scale_(scale) {
  const double d = static_cast<double>(centers.cols());
  log_scales_ = (weights / weights.sum()).array().log() +
                d * (StudentLogConstant(degrees_of_freedom) - std::log(scale));
}

EnergyTraits StudentMixture::Traits() const {
  EnergyTraits traits;
  const double d = static_cast<double>(dimension());
  traits.nominal_cost_ns = (4 + 6 * d) * static_cast<double>(num_components());
  return traits;
}

absl::Status StudentMixture::Evaluate(const ConstMatrixRef& x,
                                      VectorRef energy,
                                      MatrixRef* gradient,
                                      Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  ForEnergyPanels(x,
                  energy,
                  gradient,
                  kPanelRows,
                  [this](const ConstMatrixRef& panel,
                         VectorRef panel_energy,
                         MatrixRef* panel_gradient) {
                    EvaluatePanel(panel, panel_energy, panel_gradient);
                  });
  return absl::OkStatus();
}

void StudentMixture::EvaluatePanel(const ConstMatrixRef& x,
                                   VectorRef energy,
                                   MatrixRef* gradient) const {
  const double spread = degrees_of_freedom_ * scale_ * scale_;
  const double power = degrees_of_freedom_ + 1;
  Eigen::ArrayXXd terms(x.rows(), num_components());
  Eigen::ArrayXd work(x.rows());
  for (Index k = 0; k < num_components(); ++k) {
    work.setZero();
    for (Index j = 0; j < dimension(); ++j)
      work += ((x.col(j).array() - centers_(k, j)).square() / spread).log1p();
    terms.col(k) = log_scales_[k] - 0.5 * power * work;
  }
  const Eigen::ArrayXd total = SumComponents(terms, energy);
  if (gradient == nullptr) return;

  // The gradient is the mean of the components' forces under their shares.
  gradient->setZero();
  for (Index k = 0; k < num_components(); ++k) {
    work = power * terms.col(k) / total;
    for (Index j = 0; j < dimension(); ++j) {
      const auto offset = x.col(j).array() - centers_(k, j);
      gradient->col(j).array() += work * offset / (spread + offset.square());
    }
  }
}

std::optional<Matrix> StudentMixture::SampleExactly(
    Index count, const RandomKey& key) const {
  const double half = degrees_of_freedom_ / 2;
  Matrix samples(count, dimension());
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    const Index k = component_draw_(stream);
    for (Index j = 0; j < dimension(); ++j) {
      const double normal = stream.Normal();
      const double precision = stream.Gamma(half) / half;
      samples(i, j) = centers_(k, j) + scale_ * normal / std::sqrt(precision);
    }
  }
  return samples;
}

Matrix DefaultStudentCenters(Index dimension) {
  Matrix centers(kNumDefaultCenters, dimension);
  const RandomKey key(0);
  for (Index k = 0; k < kNumDefaultCenters; ++k) {
    RandomStream stream = key.Stream(
        Purpose::kExact, kCenterStream, static_cast<std::uint64_t>(k));
    for (Index j = 0; j < dimension; ++j)
      centers(k, j) = 20 * stream.Uniform() - 10;
  }
  return centers;
}

TargetSchema StudentMixtureSchema() {
  return {
      .name = "student_mixture",
      .description =
          "Weighted sum of K products of Student's t densities, with tails of "
          "a power law; normalised: log Z = 0. In the plane unless the "
          "dimension or centers are given. Blessing et al. (2024).",
      .parameters =
          {{.name = "centers",
            .description =
                "the components' centres, [K, d] row by row; ten fixed ones, "
                "uniform in [-10, 10]^d, if left out"},
           {.name = "degrees_of_freedom",
            .description =
                "of every component: power of the tails, a number from 0.5 to "
                "1e6",
            .default_value = 2,
            .minimum = 0.5,
            .maximum = 1e6},
           {.name = "scale",
            .description = "width of every component, positive",
            .default_value = 1,
            .minimum = kSmallestPositive,
            .maximum = kLargestPositive},
           {.name = "weights",
            .description =
                "the components' weights, [K], positive, summing to 1; equal "
                "if left out",
            .minimum = kSmallestPositive,
            .maximum = 1}},
      .default_dimension = 0,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeStudentMixture(TargetParameters& parameters) {
  const Index entries = parameters.Count("centers");
  if (entries == 0) {
    parameters.ImplyDimension(kDefaultDimension);
  } else {
    // A list of centres alone does not say where one ends.
    const Index components = parameters.Count("weights");
    if (components > 0 && entries % components == 0)
      parameters.ImplyDimension(entries / components);
  }
  const double degrees_of_freedom = parameters.Scalar("degrees_of_freedom");
  const double scale = parameters.Scalar("scale");
  if (!parameters.CheckDimension()) return nullptr;
  const Index d = parameters.dimension();
  if (entries % d != 0) {
    parameters.AddViolation(
        "centers",
        absl::StrCat("has ",
                     entries,
                     " values, no multiple of the dimension ",
                     d,
                     "; give K x ",
                     d));
    return nullptr;
  }
  const Matrix centers = entries == 0
                             ? DefaultStudentCenters(d)
                             : parameters.RowMajor("centers", entries / d, d);
  const Vector weights =
      ReadMixtureWeights(parameters, centers.rows(), "centers");
  if (!parameters.ok()) return nullptr;
  return std::make_shared<StudentMixture>(
      centers, weights, degrees_of_freedom, scale);
}

}  // namespace ttflow
