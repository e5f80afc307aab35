#include "core/targets/eight_schools.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "core/energy/energy_shapes.h"
#include "core/foundation/status_macros.h"
#include "core/math/log_sum_exp.h"
#include "core/math/quadrature.h"
#include "core/math/standard_normal.h"

namespace ttflow {
namespace {

constexpr Index kNumSchools = 8;
constexpr double kEffects[kNumSchools] = {28, 8, -3, 7, -1, 1, 18, 12};
constexpr double kDeviations[kNumSchools] = {15, 10, 16, 11, 9, 11, 10, 18};
constexpr double kMeanVariance = 25;  // of mu
constexpr double kTauScale = 5;

// -log of the density of log tau; z = 2 log(tau / 5), so that
// 1 + (tau / 5)^2 = 1 + e^z.
template <typename Array>
Eigen::ArrayXd LogTauEnergy(const Array& log_tau) {
  const double constant = std::log(0.5 * std::numbers::pi * kTauScale);
  const Eigen::ArrayXd z = 2 * (log_tau - std::log(kTauScale));
  return constant - log_tau + z.max(0.0) + (-z.abs()).exp().log1p();
}

// Its derivative, 2 e^z / (1 + e^z) - 1.
template <typename Array>
Eigen::ArrayXd LogTauSlope(const Array& log_tau) {
  return (log_tau - std::log(kTauScale)).tanh();
}

// The law of mu given tau, and of the data with mu integrated out.
struct GivenTau {
  double mean = 0;       // E[mu | tau, y]
  double precision = 0;  // 1 / Var[mu | tau, y]
  double log_data = 0;   // log p(y | tau)
};

GivenTau Condition(double tau) {
  GivenTau given;
  given.precision = 1 / kMeanVariance;
  double weighted = 0;
  double square = 0;
  for (Index i = 0; i < kNumSchools; ++i) {
    const double variance = kDeviations[i] * kDeviations[i] + tau * tau;
    given.precision += 1 / variance;
    weighted += kEffects[i] / variance;
    square += kEffects[i] * kEffects[i] / variance;
    given.log_data -= kHalfLogTwoPi + 0.5 * std::log(variance);
  }
  given.mean = weighted / given.precision;
  given.log_data -= 0.5 * std::log(kMeanVariance * given.precision) +
                    0.5 * (square - weighted * given.mean);
  return given;
}

// A bound of log p(y | tau) over all tau. With S the covariance of y given tau,
// its slope in log tau is at most tau^2 y' S^-2 y <= |y|^2 / (4 min sigma^2) <
// 4.25; before the grid and after it nothing rises by more than the margin.
double LogDataBound() {
  constexpr double kStep = 0.01;
  constexpr double kSteepest = 4.25;
  double bound = Condition(0).log_data;
  for (int i = -1000; i <= 600; ++i)
    bound = std::max(bound, Condition(std::exp(i * kStep)).log_data);
  return bound + kStep * kSteepest;
}

}  // namespace

EnergyTraits EightSchools::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 60;
  traits.coordinate_names = {"mu", "log_tau"};
  for (Index i = 1; i <= kNumSchools; ++i) {
    traits.coordinate_names.push_back(
        absl::StrCat(centered_ ? "theta_" : "eta_", i));
  }
  return traits;
}

absl::Status EightSchools::Evaluate(const ConstMatrixRef& x,
                                    VectorRef energy,
                                    MatrixRef* gradient,
                                    Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  const auto mu = x.col(0).array();
  const auto log_tau = x.col(1).array();
  // tau, or 1 / tau^2 when centred: what the eight depend on.
  const Eigen::ArrayXd factor = centered_ ? Eigen::ArrayXd((-2 * log_tau).exp())
                                          : Eigen::ArrayXd(log_tau.exp());
  auto total = energy.array();
  total = LogTauEnergy(log_tau) + 0.5 * mu.square() / kMeanVariance +
          (kHalfLogTwoPi + 0.5 * std::log(kMeanVariance));
  if (centered_) total += static_cast<double>(kNumSchools) * log_tau;
  if (gradient != nullptr) {
    gradient->col(0).array() = mu / kMeanVariance;
    gradient->col(1).array() = LogTauSlope(log_tau);
    if (centered_) gradient->col(1).array() += static_cast<double>(kNumSchools);
  }
  Eigen::ArrayXd residual(x.rows());
  Eigen::ArrayXd force(x.rows());
  for (Index i = 0; i < kNumSchools; ++i) {
    const auto effect = x.col(2 + i).array();
    const double variance = kDeviations[i] * kDeviations[i];
    residual = centered_ ? Eigen::ArrayXd(kEffects[i] - effect)
                         : Eigen::ArrayXd(kEffects[i] - mu - factor * effect);
    total += 0.5 * residual.square() / variance +
             (2 * kHalfLogTwoPi + std::log(kDeviations[i]));
    if (centered_) {
      force = (effect - mu) * factor;
      total += 0.5 * force * (effect - mu);
    } else {
      force = residual / variance;
      total += 0.5 * effect.square();
    }
    if (gradient == nullptr) continue;
    gradient->col(0).array() -= force;
    if (centered_) {
      gradient->col(1).array() -= force * (effect - mu);
      gradient->col(2 + i).array() = force - residual / variance;
    } else {
      gradient->col(1).array() -= force * factor * effect;
      gradient->col(2 + i).array() = effect - force * factor;
    }
  }
  return absl::OkStatus();
}

std::optional<double> EightSchools::LogEvidence() const {
  // Outside, the prior and the power-law fall of the likelihood leave e^-39.
  const QuadratureRule rule = CompositeGaussLegendre(80, 10, -40, 10);
  const Eigen::ArrayXd prior = LogTauEnergy(rule.nodes.array());
  Vector logs = rule.weights.array().log() - prior;
  for (Index i = 0; i < logs.size(); ++i)
    logs[i] += Condition(std::exp(rule.nodes[i])).log_data;
  return LogSumExp(logs);
}

std::optional<Matrix> EightSchools::SampleExactly(Index count,
                                                  const RandomKey& key) const {
  const double bound = LogDataBound();
  Matrix samples(count, dimension());
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    // tau from its prior until the data accept it.
    double tau = 0;
    GivenTau given;
    do {
      tau = kTauScale * std::tan(0.5 * std::numbers::pi * stream.Uniform());
      given = Condition(tau);
    } while (std::log(stream.Uniform()) > given.log_data - bound);
    const double mu = given.mean + stream.Normal() / std::sqrt(given.precision);
    samples(i, 0) = mu;
    samples(i, 1) = std::log(tau);
    for (Index k = 0; k < kNumSchools; ++k) {
      const double share = tau / (kDeviations[k] * kDeviations[k]);
      const double precision = 1 + tau * share;
      const double eta = share * (kEffects[k] - mu) / precision +
                         stream.Normal() / std::sqrt(precision);
      samples(i, 2 + k) = centered_ ? mu + tau * eta : eta;
    }
  }
  return samples;
}

TargetSchema EightSchoolsSchema() {
  return {
      .name = "eight_schools",
      .description =
          "Hierarchical normal model of eight schools: mu ~ N(0, 5^2), tau ~ "
          "half-Cauchy(5), coordinates mu, log tau and eight effects. log Z = "
          "-31.3113. Rubin (1981).",
      .parameters = {{.name = "centered",
                      .description =
                          "1: the effects theta_i themselves; 0: eta_i, with "
                          "theta_i = mu + tau eta_i",
                      .default_value = 0,
                      .minimum = 0,
                      .maximum = 1}},
      .default_dimension = 10,
      .minimum_dimension = 10,
      .maximum_dimension = 10,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

std::shared_ptr<const Target> MakeEightSchools(TargetParameters& parameters) {
  const bool valid = parameters.CheckDimension();
  const double centered = parameters.Integer("centered");
  if (!valid || !parameters.ok()) return nullptr;
  return std::make_shared<EightSchools>(centered != 0);
}

}  // namespace ttflow
