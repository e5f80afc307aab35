#include "core/sampler/draw_plan.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace ttflow {
namespace {

// Where the user names no error: the first, if so many draws reach it; where
// they would leave more than the second, as many as reach that.
constexpr double kWantedEvidenceError = 0.0025;
constexpr Index kUsualDraws = 11000;
constexpr double kPoorEvidenceError = 0.0075;
constexpr Index kLeastDraws = 8192;
// What a budget must leave for draws, and the least for a wanted error.
constexpr Index kFewestDraws = 512;
// Most draws for a wanted error: they are held in memory.
constexpr Index kMostWantedDraws = 1 << 20;
// Draws beyond those predicted, and misses of the wanted error that are none.
constexpr double kMargin = 1.1;
constexpr double kReached = 1.02;

}  // namespace

Index ChooseNumDraws(double wanted_error,
                     double ess_fraction,
                     Index least,
                     Index most,
                     Index num_samples) {
  const double ess = std::clamp(ess_fraction, 1e-3, 1.0);
  const double wanted = (1 / ess - 1) / (wanted_error * wanted_error);
  Index count = std::clamp<Index>(
      static_cast<Index>(std::min(wanted, 1e9)), least, std::max(least, most));
  // Copies among the samples stay few.
  const double needed = static_cast<double>(num_samples) / std::max(ess, 0.05);
  count = std::max(count, static_cast<Index>(std::ceil(needed)));
  return count;
}

Index DrawPlan::MostDraws() const {
  return options_.evidence.wanted_error > 0
             ? std::max(options_.density.num_draws, kMostWantedDraws)
             : options_.density.num_draws;
}

Index DrawPlan::First(double ess_fraction, std::int64_t remaining) {
  const double wanted = options_.evidence.wanted_error;
  const Index most = MostDraws();
  Index count = 0;
  if (wanted > 0) {
    count = ChooseNumDraws(
        wanted, ess_fraction, kFewestDraws, most, options_.num_samples);
  } else {
    const Index usual = ChooseNumDraws(kWantedEvidenceError,
                                       ess_fraction,
                                       std::min(kLeastDraws, most),
                                       std::min(kUsualDraws, most),
                                       options_.num_samples);
    count = ChooseNumDraws(
        kPoorEvidenceError, ess_fraction, usual, most, options_.num_samples);
  }
  if (remaining < count && remaining >= kFewestDraws) {
    count = static_cast<Index>(remaining);
    shortened_ = true;
  }
  return count;
}

Index DrawPlan::More(Index count,
                     double standard_error,
                     std::int64_t remaining) {
  const double wanted = options_.evidence.wanted_error;
  if (!(wanted > 0) || out_of_time_ || standard_error <= kReached * wanted) {
    return 0;
  }
  const double ratio = standard_error / wanted;
  const double total =
      std::min(kMargin * ratio * ratio * static_cast<double>(count),
               static_cast<double>(MostDraws()));
  const Index more = static_cast<Index>(total) - count;
  if (more <= 0) return 0;
  if (remaining >= more) return more;
  shortened_ = true;
  return remaining >= kFewestDraws ? static_cast<Index>(remaining) : 0;
}

absl::Status DrawPlan::CheckTime(Interrupter& interrupter) {
  if (options_.max_seconds > 0 &&
      interrupter.SecondsUsed() >= options_.max_seconds) {
    out_of_time_ = true;
  }
  if (!out_of_time_) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "max_seconds = %g are over, with nothing yet to draw from; raise it",
      options_.max_seconds));
}

void DrawPlan::AddDoubts(SampleResult& result) const {
  if (shortened_) {
    result.warnings.push_back(
        {"BUDGET_REACHED",
         "max_energy_evaluations left fewer draws than the wanted error of "
         "log Z needs; raise it for a smaller error"});
  }
  if (out_of_time_) {
    result.warnings.push_back(
        {"BUDGET_REACHED",
         absl::StrFormat("max_seconds = %g ended the run before all draws were "
                         "made; raise it for a smaller error",
                         options_.max_seconds)});
  }
  const double wanted = options_.evidence.wanted_error;
  const double reached = result.log_evidence_standard_error;
  if (wanted > 0 && !(reached <= kReached * wanted)) {
    result.warnings.push_back(
        {"ERROR_NOT_REACHED",
         absl::StrFormat("the standard error of log Z is %.2g, wanted was %.2g "
                         "(evidence.wanted_error)",
                         reached,
                         wanted)});
  }
}

}  // namespace ttflow
