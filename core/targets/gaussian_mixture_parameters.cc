// The parameters of gaussian_mixture and gmm40: schemas, checks, factories.

#include <string>

#include "absl/strings/str_cat.h"
#include "core/targets/covariance.h"
#include "core/targets/gaussian_mixture.h"
#include "core/targets/gmm40_means.h"
#include "core/targets/mixture_weights.h"

namespace ttflow {
namespace {

// Where the dimension is not given: K follows from a list with one entry a
// component, d from the means.
void ImplyMixtureDimension(TargetParameters& parameters) {
  const Index entries = parameters.Count("means");
  Index components = parameters.Count("weights");
  if (components == 0 && parameters.Count("std") > 1)
    components = parameters.Count("std");
  if (components > 0 && entries % components == 0) {
    parameters.ImplyDimension(entries / components);
  }
}

// The K covariances; an empty list after a fault.
std::vector<Matrix> ReadCovariances(TargetParameters& parameters,
                                    Index components,
                                    Index d) {
  const Matrix stacked = parameters.RowMajor("covariances", components * d, d);
  std::vector<Matrix> covariances;
  if (parameters.Count("covariances") != components * d * d) return covariances;
  for (Index k = 0; k < components; ++k) {
    covariances.emplace_back(stacked.middleRows(k * d, d));
    const std::string fault = CovarianceFault(covariances.back());
    if (!fault.empty()) {
      parameters.AddViolation("covariances",
                              absl::StrCat("matrix ", k, " ", fault));
    }
  }
  return covariances;
}

}  // namespace

TargetSchema GaussianMixtureSchema() {
  return {
      .name = "gaussian_mixture",
      .description =
          "Weighted sum of K normal densities, given inline; normalised: log Z "
          "= 0.",
      .parameters =
          {{.name = "means",
            .description = "the components' means, [K, d] row by row",
            .required = true},
           {.name = "weights",
            .description =
                "the components' weights, [K], positive, summing to 1; equal "
                "if left out",
            .minimum = kSmallestPositive,
            .maximum = 1},
           {.name = "std",
            .description =
                "the components' standard deviations, [K] or one value for "
                "all, positive",
            .default_value = 1,
            .minimum = kSmallestPositive,
            .maximum = kLargestPositive},
           {.name = "covariances",
            .description =
                "the components' covariances, [K, d, d] row by row; instead "
                "of std"}},
      .default_dimension = 0,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeGaussianMixture(
    TargetParameters& parameters) {
  ImplyMixtureDimension(parameters);
  const bool full = parameters.Has("covariances");
  if (full && parameters.Has("std")) {
    parameters.AddViolation("std",
                            "contradicts covariances; give one of the two");
  }
  if (!parameters.CheckDimension() || !parameters.Has("means")) return nullptr;
  const Index d = parameters.dimension();
  const Index entries = parameters.Count("means");
  if (entries % d != 0) {
    parameters.AddViolation(
        "means",
        absl::StrCat("has ",
                     entries,
                     " values, no multiple of the dimension ",
                     d,
                     "; give K x ",
                     d));
    return nullptr;
  }
  const Index components = entries / d;
  const Matrix means = parameters.RowMajor("means", components, d);
  const Vector weights = ReadMixtureWeights(parameters, components, "means");
  if (full) {
    const std::vector<Matrix> covariances =
        ReadCovariances(parameters, components, d);
    if (!parameters.ok()) return nullptr;
    return std::make_shared<GaussianMixture>(means, weights, covariances);
  }
  const Vector standard_deviations = parameters.Repeated("std", components);
  if (!parameters.ok()) return nullptr;
  return std::make_shared<GaussianMixture>(means, weights, standard_deviations);
}

TargetSchema Gmm40Schema() {
  return {
      .name = "gmm40",
      .description =
          "Forty equal normal components in the plane, normalised: log Z = 0. "
          "Midgley et "
          "al. (2023).",
      .parameters =
          {{.name = "std",
            .description =
                "standard deviation of every component, positive; softplus(1) "
                "if left out",
            .default_value = 1.3132616875182228,
            .minimum = kSmallestPositive,
            .maximum = kLargestPositive}},
      .default_dimension = 2,
      .minimum_dimension = 2,
      .maximum_dimension = 2,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeGmm40(TargetParameters& parameters) {
  const bool valid = parameters.CheckDimension();
  const double standard_deviation = parameters.Scalar("std");
  if (!valid || !parameters.ok()) return nullptr;
  const Matrix means = Gmm40Means();
  const double components = static_cast<double>(means.rows());
  return std::make_shared<GaussianMixture>(
      means,
      Vector::Constant(means.rows(), 1 / components),
      Vector::Constant(means.rows(), standard_deviation));
}

}  // namespace ttflow
