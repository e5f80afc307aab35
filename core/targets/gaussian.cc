#include "core/targets/gaussian.h"

#include <cmath>
#include <utility>

#include "core/energy/energy_shapes.h"
#include "core/foundation/check.h"
#include "core/foundation/status_macros.h"
#include "core/math/standard_normal.h"
#include "core/targets/covariance.h"

namespace ttflow {
ChainGaussian::ChainGaussian(const Vector& mean,
                             const Vector& standard_deviation,
                             double rho)
    : mean_(mean),
      diagonal_(standard_deviation.cwiseInverse()),
      below_(Vector::Zero(mean.size())),
      coupled_(rho != 0) {
  // Given its neighbour, a coordinate has the variance (1 - rho^2) std^2.
  const double conditional = std::sqrt((1 - rho) * (1 + rho));
  for (Index k = mean.size() - 1; k >= 1; --k) {
    below_[k] = -rho * diagonal_[k - 1] / conditional;
    diagonal_[k] /= conditional;
  }
}

EnergyTraits ChainGaussian::Traits() const {
  EnergyTraits traits;
  traits.nominal_cost_ns = 1.5 * static_cast<double>(dimension());
  return traits;
}

absl::Status ChainGaussian::Evaluate(const ConstMatrixRef& x,
                                     VectorRef energy,
                                     MatrixRef* gradient,
                                     Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  auto total = energy.array();
  total.setZero();
  Eigen::ArrayXd z(x.rows());
  for (Index k = 0; k < dimension(); ++k) {
    z = diagonal_[k] * (x.col(k).array() - mean_[k]);
    if (coupled_ && k > 0)
      z += below_[k] * (x.col(k - 1).array() - mean_[k - 1]);
    total += 0.5 * z.square();
    if (gradient == nullptr) continue;
    gradient->col(k).array() = diagonal_[k] * z;
    if (coupled_ && k > 0) gradient->col(k - 1).array() += below_[k] * z;
  }
  return absl::OkStatus();
}

std::optional<double> ChainGaussian::LogEvidence() const {
  return static_cast<double>(dimension()) * kHalfLogTwoPi -
         diagonal_.array().log().sum();
}

std::optional<Matrix> ChainGaussian::SampleExactly(Index count,
                                                   const RandomKey& key) const {
  Matrix samples(count, dimension());
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    double previous = 0;
    for (Index k = 0; k < dimension(); ++k) {
      previous = (stream.Normal() - below_[k] * previous) / diagonal_[k];
      samples(i, k) = mean_[k] + previous;
    }
  }
  return samples;
}

FullGaussian::FullGaussian(const Vector& mean, const Matrix& covariance)
    : mean_(mean) {
  std::optional<CovarianceFactors> factors = FactorCovariance(covariance);
  TTFLOW_CHECK(factors.has_value());
  cholesky_ = std::move(factors->cholesky);
  precision_ = std::move(factors->precision);
  log_evidence_ = static_cast<double>(mean_.size()) * kHalfLogTwoPi +
                  0.5 * factors->log_determinant;
}

EnergyTraits FullGaussian::Traits() const {
  EnergyTraits traits;
  const double d = static_cast<double>(dimension());
  traits.nominal_cost_ns = 2 * d + 0.15 * d * d;
  return traits;
}

absl::Status FullGaussian::Evaluate(const ConstMatrixRef& x,
                                    VectorRef energy,
                                    MatrixRef* gradient,
                                    Interrupter& /*interrupter*/) const {
  TTFLOW_RETURN_IF_ERROR(CheckEnergyShapes(dimension(), x, energy, gradient));
  const Matrix centred = x.rowwise() - mean_.transpose();
  const Matrix force = centred * precision_;
  auto total = energy.array();
  total.setZero();
  for (Index k = 0; k < dimension(); ++k) {
    total += 0.5 * centred.col(k).array() * force.col(k).array();
  }
  if (gradient != nullptr) *gradient = force;
  return absl::OkStatus();
}

std::optional<Matrix> FullGaussian::SampleExactly(Index count,
                                                  const RandomKey& key) const {
  Matrix normals(count, dimension());
  for (Index i = 0; i < count; ++i) {
    RandomStream stream =
        key.Stream(Purpose::kExact, 0, static_cast<std::uint64_t>(i));
    for (Index k = 0; k < dimension(); ++k) normals(i, k) = stream.Normal();
  }
  return Matrix((normals * cholesky_.transpose()).rowwise() +
                mean_.transpose());
}

TargetSchema GaussianSchema() {
  return {
      .name = "gaussian",
      .description =
          "Normal density of any covariance C, not normalised: log Z = log "
          "det(2 pi "
          "C)/2. Standard normal unless said.",
      .parameters =
          {{.name = "mean",
            .description = "mean, [d] or one value for all",
            .default_value = 0},
           {.name = "std",
            .description =
                "standard deviations, [d] or one value for all, positive",
            .default_value = 1,
            .minimum = kSmallestPositive,
            .maximum = kLargestPositive},
           {.name = "rho",
            .description = "correlation rho^|i-j| of coordinates i and j, a "
                           "number above -1 and "
                           "below 1",
            .default_value = 0,
            .minimum = -0.999999,
            .maximum = 0.999999},
           {.name = "covariance",
            .description = "covariance matrix, [d, d] row by row, symmetric "
                           "positive definite; "
                           "instead of std and rho"}},
      .default_dimension = 0,
      .has_exact_evidence = true,
      .has_exact_sampler = true,
  };
}

namespace {

// The side of a square matrix of so many entries; 0 if there is none.
Index SquareSide(Index entries) {
  const Index side =
      static_cast<Index>(std::llround(std::sqrt(static_cast<double>(entries))));
  return side * side == entries ? side : 0;
}

std::shared_ptr<const Target> MakeFull(TargetParameters& parameters,
                                       const Vector& mean) {
  for (const char* name : {"std", "rho"}) {
    if (parameters.Has(name)) {
      parameters.AddViolation(name,
                              "contradicts covariance; give one of the two");
    }
  }
  const Index d = parameters.dimension();
  const Matrix covariance = parameters.RowMajor("covariance", d, d);
  if (parameters.Count("covariance") == d * d) {
    const std::string fault = CovarianceFault(covariance);
    if (!fault.empty()) parameters.AddViolation("covariance", fault);
  }
  if (!parameters.ok()) return nullptr;
  return std::make_shared<FullGaussian>(mean, covariance);
}

}  // namespace

std::shared_ptr<const Target> MakeGaussian(TargetParameters& parameters) {
  parameters.ImplyDimension(SquareSide(parameters.Count("covariance")));
  for (const char* name : {"mean", "std"}) {
    if (parameters.Count(name) > 1)
      parameters.ImplyDimension(parameters.Count(name));
  }
  if (!parameters.CheckDimension()) return nullptr;
  const Index d = parameters.dimension();
  const Vector mean = parameters.Repeated("mean", d);
  if (parameters.Has("covariance")) return MakeFull(parameters, mean);
  const Vector standard_deviation = parameters.Repeated("std", d);
  const double rho = parameters.Scalar("rho");
  if (!parameters.ok()) return nullptr;
  return std::make_shared<ChainGaussian>(mean, standard_deviation, rho);
}

}  // namespace ttflow
