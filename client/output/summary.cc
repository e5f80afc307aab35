#include "client/output/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "client/output/block_histogram.h"
#include "client/output/cost.h"
#include "client/output/number_format.h"
#include "google/protobuf/timestamp.pb.h"

namespace ttflow::client {
namespace {

constexpr int kHistogramBins = 16;
constexpr std::size_t kMostModes = 5;
constexpr int kMostPlaces = 4;

double Seconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + 1e-9 * time.nanos();
}

std::string Title(const v1::Job& job) {
  std::string title = fmt::format("{}  {}", job.name(), WorkName(job.spec()));
  if (job.result().dimension() > 0)
    title += fmt::format(", d = {}", job.result().dimension());
  title += "  " + StateName(job.state());
  if (job.has_result()) {
    title += " in " + Duration(job.result().wall_seconds());
  } else if (job.has_start_time() && job.has_end_time()) {
    title += " after " +
             Duration(Seconds(job.end_time()) - Seconds(job.start_time()));
  }
  return title + "\n";
}

std::string Findings(const v1::Result& result, bool utf8) {
  const std::string evidence = WithError(
      result.log_evidence(), result.log_evidence_standard_error(), utf8);
  const double ess = result.weight_ess_fraction() * result.num_particles();
  std::string text = fmt::format(
      "  log evidence   {}      samples {}, ESS {:.0f} of {} particles ({:.0f} "
      "%)\n",
      evidence,
      result.num_samples(),
      ess,
      result.num_particles(),
      100 * result.weight_ess_fraction());
  const bool all =
      result.num_gradient_evaluations() == result.num_energy_evaluations();
  const std::string gradients =
      all ? "all with gradient"
          : fmt::format("{} with gradient",
                        WithThousands(result.num_gradient_evaluations()));
  const double each = EvaluationsPerEffectiveParticle(result);
  text += fmt::format("  evaluations    {}, {}{}      seed {}\n",
                      WithThousands(result.num_energy_evaluations()),
                      gradients,
                      std::isfinite(each)
                          ? fmt::format(", {:.3g} an effective particle", each)
                          : "",
                      result.seed());
  if (result.num_nonfinite_energies() > 0) {
    text += fmt::format("  not finite     {} energies, weight 0\n",
                        WithThousands(result.num_nonfinite_energies()));
  }
  return text;
}

// The heaviest modes, a line each.
std::string ModeTable(const v1::Job& job, const SummaryOptions& options) {
  const v1::Result& result = job.result();
  const auto total = static_cast<std::size_t>(result.modes_size());
  if (total < 2) return "";
  const std::size_t shown =
      std::min({total, kMostModes, options.max_coordinates});
  std::string text = fmt::format("  modes          {}, by weight:\n", total);
  for (std::size_t k = 0; k < shown; ++k) {
    const v1::ModeSummary& mode = result.modes(static_cast<int>(k));
    text += fmt::format(
        "    {}  at (",
        WithError(mode.weight(), mode.weight_standard_error(), options.utf8));
    const int places = std::min(mode.position_size(), kMostPlaces);
    for (int j = 0; j < places; ++j) {
      text += (j > 0 ? ", " : "") + Short(mode.position(j));
    }
    text += places < mode.position_size() ? ", ...)\n" : ")\n";
  }
  if (shown < total) {
    text += fmt::format("    ({} more in result.json)\n", total - shown);
  }
  return text;
}

std::string QuantileText(const v1::CoordinateSummary& coordinate,
                         double probability) {
  for (const v1::Quantile& quantile : coordinate.quantiles()) {
    if (std::abs(quantile.probability() - probability) < 1e-9)
      return Short(quantile.value());
  }
  return "";
}

std::string CoordinateTable(const v1::Job& job, const SummaryOptions& options) {
  const v1::Result& result = job.result();
  const auto total = static_cast<std::size_t>(result.coordinates_size());
  if (total == 0) return "";
  const std::size_t shown = std::min(total, options.max_coordinates);
  std::size_t name_width = 4;
  for (const v1::CoordinateSummary& coordinate : result.coordinates()) {
    name_width = std::max(name_width, DisplayWidth(coordinate.name()));
  }
  std::string text = fmt::format("  {}{}{}{}{}\n",
                                 PadRight("", name_width),
                                 PadLeft("mean", 9),
                                 PadLeft("s.d.", 9),
                                 PadLeft("5 %", 9),
                                 PadLeft("95 %", 9));
  for (std::size_t k = 0; k < shown; ++k) {
    const v1::CoordinateSummary& coordinate =
        result.coordinates(static_cast<int>(k));
    text += fmt::format("  {}{}{}{}{}",
                        PadRight(coordinate.name(), name_width),
                        PadLeft(Short(coordinate.mean()), 9),
                        PadLeft(Short(coordinate.standard_deviation()), 9),
                        PadLeft(QuantileText(coordinate, 0.05), 9),
                        PadLeft(QuantileText(coordinate, 0.95), 9));
    if (k < options.samples.size()) {
      text += "  " +
              BlockHistogram(options.samples[k], kHistogramBins, options.utf8);
    }
    text += "\n";
  }
  if (shown < total) {
    text += fmt::format(
        "  ({} more: ttflow show {} --all)\n", total - shown, job.name());
  }
  return text;
}

}  // namespace

std::string WorkName(const v1::JobSpec& spec) {
  if (spec.has_draw()) return "draw from " + spec.draw().flow();
  const v1::TargetSpec& target = spec.sample().target();
  std::string name = target.builtin().name();
  if (target.has_mixture()) {
    name = fmt::format("mixture of {}", target.mixture().components_size());
  }
  if (!target.bounds().empty()) name += " in bounds";
  return name;
}

std::string StateName(v1::Job::State state) {
  switch (state) {
    case v1::Job::STATE_QUEUED:
      return "queued";
    case v1::Job::STATE_RUNNING:
      return "running";
    case v1::Job::STATE_SUCCEEDED:
      return "succeeded";
    case v1::Job::STATE_FAILED:
      return "failed";
    case v1::Job::STATE_CANCELLED:
      return "cancelled";
    default:
      return "unknown";
  }
}

std::string SummaryText(const v1::Job& job, const SummaryOptions& options) {
  std::string text = Title(job);
  if (job.state() == v1::Job::STATE_RUNNING && job.has_progress()) {
    text += fmt::format(
        "  {:.0f} % done, stage {}, t = {}, log evidence so far {}\n",
        100 * job.progress().fraction(),
        job.progress().stage().stage(),
        Fixed(job.progress().stage().t(), 3),
        Fixed(job.progress().stage().log_evidence(), 3));
  }
  if (job.cancel_requested() && job.state() == v1::Job::STATE_RUNNING) {
    text += "  a cancel was asked for\n";
  }
  if (job.has_error()) {
    text += fmt::format(
        "  {}  [{}]\n", job.error().message(), job.error().reason());
  }
  if (!job.has_result()) return text;
  text += Findings(job.result(), options.utf8);
  text += ModeTable(job, options);
  text += CoordinateTable(job, options);
  for (const v1::Warning& warning : job.result().warnings()) {
    text +=
        fmt::format("warning: {}  [{}]\n", warning.message(), warning.code());
  }
  if (!options.next.empty()) text += fmt::format("next: {}\n", options.next);
  return text;
}

}  // namespace ttflow::client
