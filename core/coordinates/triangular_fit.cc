#include "core/coordinates/triangular_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/coordinates/conditional_fit.h"
#include "core/coordinates/scored_points.h"
#include "core/math/weighted_moments.h"

namespace ttflow {
namespace {

constexpr double kKnotQuantiles[] = {0.02, 0.16, 0.33, 0.5, 0.67, 0.84, 0.98};
constexpr Index kKnots = std::size(kKnotQuantiles);
constexpr Index kMostParents = 12;
constexpr double kRowsPerUnknown = 6;
constexpr Index kScreeningRows = 512;
constexpr int kIterations = 4;
constexpr int kNewtonSteps = 30;

// A coordinate so normal as it is needs no step; a driver is tried in full
// where it leaves so much less in the screening.
constexpr double kNormalAlready = 0.02;
constexpr double kPromising = 0.7;
// So small a rest beside powers of its own and a linear map is none.
constexpr Index kPowers = 5;
constexpr double kAdditiveRest = 0.01;
// A step is taken at so small a misfit, and so much less than without it.
constexpr double kGoodMisfit = 0.1;
constexpr double kMisfitRatio = 0.25;
// Parents that move u by less, root mean square, are dropped.
constexpr double kLeastInfluence = 0.02;
constexpr double kOverMisfit = 2;

// A step that was fitted, and how well.
struct Candidate {
  TriangularStep step;
  double misfit = std::numeric_limits<double>::infinity();
};

class Finder {
 public:
  Finder(ScoredPoints points, const Executor& executor)
      : points_(std::move(points)),
        executor_(executor),
        eliminated_(static_cast<std::size_t>(dimension()), false),
        stale_(static_cast<std::size_t>(dimension()), true),
        candidates_(static_cast<std::size_t>(dimension())) {
    for (Index k = 0; k < dimension(); ++k) {
      knots_.push_back(
          WeightedQuantiles(points_.x.col(k),
                            points_.weights,
                            Eigen::Map<const Vector>(kKnotQuantiles, kKnots)));
    }
  }

  std::vector<TriangularStep> Find() {
    std::vector<TriangularStep> steps;
    for (;;) {
      executor_.ForEach(dimension(), [&](Index j) {
        if (!stale_[j] || eliminated_[j]) return;
        candidates_[j] = FitCoordinate(j);
      });
      stale_.assign(stale_.size(), false);
      std::vector<Index> order;
      for (Index j = 0; j < dimension(); ++j) {
        if (!eliminated_[j] && std::isfinite(candidates_[j].misfit)) {
          order.push_back(j);
        }
      }
      if (order.empty()) return steps;
      std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        const auto parents = [&](Index j) {
          return candidates_[j].step.parents.size();
        };
        return parents(a) != parents(b)
                   ? parents(a) < parents(b)
                   : candidates_[a].misfit < candidates_[b].misfit;
      });
      for (const Index j : order) {
        if (stale_[j]) continue;
        steps.push_back(candidates_[j].step);
        Eliminate(steps.back());
      }
    }
  }

 private:
  Index dimension() const { return points_.x.cols(); }

  // Gradients go over to the step's coordinates; what they or the step touched
  // is to be fitted again.
  void Eliminate(const TriangularStep& step) {
    StepGradientForward(
        step, NaturalSpline(step.knots), points_.x, points_.gradient);
    eliminated_[step.coordinate] = true;
    stale_[step.driver] = true;
    for (const Index k : step.parents) stale_[k] = true;
    for (Index j = 0; j < dimension(); ++j) {
      const TriangularStep& other = candidates_[j].step;
      if (std::isfinite(candidates_[j].misfit) &&
          (other.driver == step.coordinate ||
           std::find(other.parents.begin(),
                     other.parents.end(),
                     step.coordinate) != other.parents.end())) {
        stale_[j] = true;
      }
    }
  }

  // The others that are left, [d - 1] at most.
  std::vector<Index> Rest(Index j) const {
    std::vector<Index> rest;
    for (Index k = 0; k < dimension(); ++k) {
      if (k != j && !eliminated_[k]) rest.push_back(k);
    }
    return rest;
  }

  // B(v), t(v)^2 of the first n points.
  Matrix DriverDesign(Index driver, Index n) const {
    const NaturalSpline spline(knots_[driver]);
    Matrix design(n, kKnots + 1);
    for (Index i = 0; i < n; ++i) {
      const double v = points_.x(i, driver);
      design.row(i).head(kKnots) = spline.Values(v).transpose();
      const double t = spline.Unit(v);
      design(i, kKnots) = t * t;
    }
    return design;
  }

  bool CanDrive(Index k) const {
    const Vector& knots = knots_[k];
    const double least = 1e-9 * (knots[kKnots - 1] - knots[0]);
    for (Index l = 1; l < kKnots; ++l) {
      if (!(knots[l] - knots[l - 1] > least)) return false;
    }
    return true;
  }

  // The best step of coordinate j, or one of infinite misfit.
  Candidate FitCoordinate(Index j) const {
    const std::vector<Index> rest = Rest(j);
    const Index n = points_.x.rows();
    const Index few = std::min(n, kScreeningRows);
    const double effective = 1 / points_.weights.squaredNorm();
    const auto most_rest = static_cast<std::size_t>(
        std::max(0.0, effective / kRowsPerUnknown - 2));
    if (rest.empty() || rest.size() > most_rest) return {};
    Matrix linear(n, static_cast<Index>(rest.size()) + 1);
    linear.col(0).setOnes();
    for (std::size_t k = 0; k < rest.size(); ++k) {
      linear.col(static_cast<Index>(k) + 1) = points_.x.col(rest[k]);
    }
    const Vector x = points_.x.col(j);
    const Vector g = points_.gradient.col(j);
    const ConditionalFit plain = FitConditional(
        x, g, points_.weights, {Matrix::Ones(n, 1), linear}, kIterations, 0);
    if (!(plain.misfit > kNormalAlready) || IsAdditive(x, g, linear)) return {};
    const std::vector<Index> parents = StrongestParents(plain, rest, effective);

    Index driver = -1;
    double least = kPromising * plain.misfit;
    Vector weights = points_.weights.head(few);
    weights /= weights.sum();
    for (const Index i : rest) {
      if (!CanDrive(i)) continue;
      const Matrix own = DriverDesign(i, few);
      ConditionalDesign design = {
          own.leftCols(kKnots),
          Matrix(few, own.cols() + static_cast<Index>(parents.size()))};
      design.center.leftCols(own.cols()) = own;
      Index column = own.cols();
      for (const Index k : parents) {
        if (k != i) design.center.col(column++) = points_.x.col(k).head(few);
      }
      design.center.conservativeResize(few, column);
      const double misfit =
          FitConditional(
              x.head(few), g.head(few), weights, design, kIterations, 0)
              .misfit;
      if (misfit < least) {
        least = misfit;
        driver = i;
      }
    }
    if (driver < 0) return {};
    Candidate best = FitStep(j, driver, parents);
    if (!(best.misfit <= kGoodMisfit &&
          best.misfit <= kMisfitRatio * plain.misfit)) {
      return {};
    }
    return best;
  }

  // Whether g is a polynomial of x alone plus a linear map of all: nothing
  // drives the coordinate then.
  bool IsAdditive(const Vector& x,
                  const Vector& g,
                  const Matrix& linear) const {
    const double middle = UpperMedian(x);
    const double spread =
        std::max(UpperMedian((x.array() - middle).abs()), 1e-300);
    const Eigen::ArrayXd t = (x.array() - middle) / spread;
    Matrix design(x.size(), linear.cols() + kPowers);
    design.leftCols(linear.cols()) = linear;
    design.col(linear.cols()) = t;
    for (Index power = 1; power < kPowers; ++power) {
      design.col(linear.cols() + power) =
          design.col(linear.cols() + power - 1).array() * t;
    }
    const double slope = std::max(UpperMedian(g.cwiseAbs()), 1e-300);
    const Vector weights =
        points_.weights.array() / (1 + (g.array() / slope).square());
    const Vector rest = g - design * Regress(design, g, weights);
    return weights.dot(rest.cwiseAbs2()) <
           kAdditiveRest * weights.dot(g.cwiseAbs2());
  }

  // Those of `rest` with the largest linear influence on the centre, as many as
  // the points can carry.
  std::vector<Index> StrongestParents(const ConditionalFit& plain,
                                      const std::vector<Index>& rest,
                                      double effective) const {
    std::vector<std::pair<double, Index>> influence;
    for (std::size_t k = 0; k < rest.size(); ++k) {
      const Vector column = points_.x.col(rest[k]);
      const double mean = points_.weights.dot(column);
      const double variance =
          points_.weights.dot((column.array() - mean).square().matrix());
      influence.emplace_back(std::abs(plain.center[static_cast<Index>(k) + 1]) *
                                 std::sqrt(variance),
                             rest[k]);
    }
    std::stable_sort(
        influence.begin(), influence.end(), [](const auto& a, const auto& b) {
          return a.first > b.first;
        });
    const double fitting =
        (effective / kRowsPerUnknown - 2 * kKnots - 1) / kKnots;
    const auto most = static_cast<std::size_t>(
        std::clamp(fitting, 0.0, static_cast<double>(kMostParents)));
    std::vector<Index> parents;
    for (std::size_t k = 0; k < std::min(most, influence.size()); ++k) {
      parents.push_back(influence[k].second);
    }
    return parents;
  }

  // Fits the step in full, drops parents of no influence and fits again.
  Candidate FitStep(Index j, Index driver, std::vector<Index> parents) const {
    const Index n = points_.x.rows();
    const Matrix own = DriverDesign(driver, n);
    parents.erase(std::remove(parents.begin(), parents.end(), driver),
                  parents.end());
    for (;;) {
      const auto count = static_cast<Index>(parents.size());
      ConditionalDesign design = {own.leftCols(kKnots),
                                  Matrix(n, own.cols() + kKnots * count)};
      design.center.leftCols(own.cols()) = own;
      for (Index p = 0; p < count; ++p) {
        design.center.middleCols(own.cols() + kKnots * p, kKnots) =
            points_.x.col(parents[p]).asDiagonal() * own.leftCols(kKnots);
      }
      const ConditionalFit fit = FitConditional(points_.x.col(j),
                                                points_.gradient.col(j),
                                                points_.weights,
                                                design,
                                                kIterations,
                                                kNewtonSteps);
      if (!std::isfinite(fit.misfit)) return {};
      const Matrix slope = Eigen::Map<const Matrix>(
          fit.center.data() + own.cols(), kKnots, count);
      std::vector<Index> kept = InfluentialParents(own, slope, parents, fit);
      if (kept.size() < parents.size()) {
        parents = std::move(kept);
        continue;
      }
      return {{.coordinate = j,
               .driver = driver,
               .knots = knots_[driver],
               .log_scale = fit.log_scale,
               .offset = fit.center.head(own.cols()),
               .parents = std::move(parents),
               .slope = slope},
              fit.misfit};
    }
  }

  // Those of `parents` that move u by more than nothing and the misfit.
  std::vector<Index> InfluentialParents(const Matrix& own,
                                        const Matrix& slope,
                                        const std::vector<Index>& parents,
                                        const ConditionalFit& fit) const {
    const Vector scale = (own.leftCols(kKnots) * fit.log_scale).array().exp();
    const double least =
        kLeastInfluence * kLeastInfluence + kOverMisfit * fit.misfit;
    std::vector<Index> kept;
    for (std::size_t p = 0; p < parents.size(); ++p) {
      const Vector share =
          own.leftCols(kKnots) * slope.col(static_cast<Index>(p));
      const Vector moved =
          scale.cwiseProduct(share).cwiseProduct(points_.x.col(parents[p]));
      const double influence = points_.weights.dot(
          (moved.array().square() / (1 + fit.u.array().square())).matrix());
      if (influence > least) kept.push_back(parents[p]);
    }
    return kept;
  }

  ScoredPoints points_;  // gradients in the coordinates reached
  const Executor& executor_;
  std::vector<Vector> knots_;  // of each coordinate as a driver
  std::vector<char> eliminated_;
  std::vector<char> stale_;  // whose candidate is to be fitted (again)
  std::vector<Candidate> candidates_;
};

}  // namespace

std::optional<TriangularMap> FindTriangularMap(const ConstMatrixRef& x,
                                               const ConstVectorRef& weights,
                                               const ConstMatrixRef& gradient,
                                               const Executor& executor) {
  if (x.cols() < 2) return std::nullopt;
  ScoredPoints points = SelectScoredPoints(x, weights, gradient);
  if (points.x.rows() < 8 * kKnots) return std::nullopt;
  std::vector<TriangularStep> steps =
      Finder(std::move(points), executor).Find();
  if (steps.empty()) return std::nullopt;
  return TriangularMap(x.cols(), std::move(steps));
}

double LargestMisfit(const TriangularMap& map,
                     const ConstMatrixRef& y,
                     const ConstVectorRef& weights,
                     const ConstMatrixRef& gradient) {
  const ScoredPoints points = SelectScoredPoints(y, weights, gradient);
  double largest = 0;
  for (const TriangularStep& step : map.steps()) {
    largest = std::max(largest,
                       ConditionalMisfit(points.x.col(step.coordinate),
                                         points.gradient.col(step.coordinate),
                                         points.weights));
  }
  return largest;
}

}  // namespace ttflow
