#include "core/targets/logistic.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"
#include "core/math/standard_normal.h"

namespace ttflow {
namespace {

// Entries of a panel's margins [rows, n]: they fit the second cache.
constexpr Index kPanelEntries = Index{1} << 16;
constexpr Index kLeastPanelRows = 16;
constexpr Index kMostPanelRows = 256;

// Adds a violation for the first label that is neither 0 nor 1; those outside
// [0, 1] have theirs from the schema.
void CheckLabels(TargetParameters& parameters, const Vector& labels) {
  for (Index i = 0; i < labels.size(); ++i) {
    if (labels[i] > 0 && labels[i] < 1) {
      parameters.AddViolation(
          "labels",
          absl::StrCat(
              "value ", i, " = ", labels[i], " is no label; give 0 or 1"));
      return;
    }
  }
}

}  // namespace

Logistic::Logistic(const Matrix& features,
                   const Vector& labels,
                   double prior_std,
                   bool intercept)
    : signed_features_(features.rows(), features.cols() + (intercept ? 1 : 0)),
      prior_std_(prior_std),
      intercept_(intercept) {
  if (intercept) signed_features_.col(0).setOnes();
  signed_features_.rightCols(features.cols()) = features;
  signed_features_.array().colwise() *= 2 * labels.array() - 1;
}

EnergyTraits Logistic::Traits() const {
  EnergyTraits traits;
  const double n = static_cast<double>(signed_features_.rows());
  const double d = static_cast<double>(dimension());
  traits.nominal_cost_ns = n * (8 + 0.5 * d) + d;
  const Index first = intercept_ ? 1 : 0;
  if (intercept_) traits.coordinate_names.push_back("intercept");
  for (Index k = first; k < dimension(); ++k)
    traits.coordinate_names.push_back(absl::StrCat("weight_", k - first));
  return traits;
}

absl::Status Logistic::Evaluate(const ConstMatrixRef& x,
                                VectorRef energy,
                                MatrixRef* gradient,
                                Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  const Index panel_rows = std::clamp(
      kPanelEntries / signed_features_.rows(), kLeastPanelRows, kMostPanelRows);
  ForEnergyPanels(x,
                  energy,
                  gradient,
                  panel_rows,
                  [this](const ConstMatrixRef& panel,
                         VectorRef panel_energy,
                         MatrixRef* panel_gradient) {
                    EvaluatePanel(panel, panel_energy, panel_gradient);
                  });
  return absl::OkStatus();
}

void Logistic::EvaluatePanel(const ConstMatrixRef& x,
                             VectorRef energy,
                             MatrixRef* gradient) const {
  const double constant =
      static_cast<double>(dimension()) * (kHalfLogTwoPi + std::log(prior_std_));
  const double precision = 1 / (prior_std_ * prior_std_);
  // log(1 + e^-m) = max(-m, 0) + log(1 + e^-|m|): no margin m overflows.
  const Matrix margins = x * signed_features_.transpose();
  Eigen::ArrayXXd small = (-margins.array().abs()).exp();
  energy = ((-margins.array()).max(0.0) + small.log1p()).rowwise().sum();
  energy.array() +=
      0.5 * precision * x.rowwise().squaredNorm().array() + constant;
  if (gradient == nullptr) return;

  // 1 / (1 + e^m), from the same exponential.
  small = (margins.array() > 0).select(small, 1.0) / (1 + small);
  gradient->noalias() = -small.matrix() * signed_features_;
  *gradient += precision * x;
}

TargetSchema LogisticSchema() {
  return {
      .name = "logistic",
      .description =
          "Posterior of a Bayesian logistic regression on data given inline, "
          "the weights' prior N(0, prior_std^2) normalised: log Z is the log "
          "probability of the labels.",
      .parameters =
          {{.name = "features",
            .description =
                "the observations' features, [n, p] row by row, used as they "
                "are; d = p + intercept",
            .required = true},
           {.name = "labels",
            .description = "the observations' labels, [n], each 0 or 1",
            .required = true,
            .minimum = 0,
            .maximum = 1},
           {.name = "prior_std",
            .description =
                "standard deviation of every weight's prior, positive",
            .default_value = 1,
            .minimum = kSmallestPositive,
            .maximum = kLargestPositive},
           {.name = "intercept",
            .description =
                "1: coordinate 0 is the weight of a column of ones; 0: none",
            .default_value = 1,
            .minimum = 0,
            .maximum = 1}},
      .default_dimension = 0,
  };
}

std::shared_ptr<const Target> MakeLogistic(TargetParameters& parameters) {
  const double prior_std = parameters.Scalar("prior_std");
  const bool intercept = parameters.Integer("intercept") != 0;
  const Index n = parameters.Count("labels");
  const Index entries = parameters.Count("features");
  CheckLabels(parameters, parameters.Values("labels"));
  // Without data there is no dimension to be right or wrong.
  if (n == 0 || entries == 0) return nullptr;
  if (entries % n != 0) {
    parameters.AddViolation(
        "features",
        absl::StrCat("has ",
                     entries,
                     " values, no multiple of the number of labels ",
                     n,
                     "; give ",
                     n,
                     " x p, row by row"));
    return nullptr;
  }
  const Index p = entries / n;
  const Index d = p + (intercept ? 1 : 0);
  parameters.ImplyDimension(d);
  if (!parameters.CheckDimension()) return nullptr;
  if (parameters.dimension() != d) {
    parameters.AddDimensionViolation(absl::StrCat(
        parameters.dimension(),
        ", but ",
        p,
        intercept ? " features and the intercept make " : " features make ",
        d,
        "; give that or leave it out"));
  }
  if (!parameters.ok()) return nullptr;
  return std::make_shared<Logistic>(parameters.RowMajor("features", n, p),
                                    parameters.Values("labels"),
                                    prior_std,
                                    intercept);
}

}  // namespace ttflow
