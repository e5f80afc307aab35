#include "client/commands/follow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "client/commands/delivery.h"
#include "client/errors/client_error.h"
#include "client/output/progress.h"
#include "client/output/summary.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

// Time left is a guess from the share done: worthless at the very start.
constexpr double kMinFractionForTimeLeft = 0.02;

// A process of this machine that has ended does not come back.
constexpr std::chrono::milliseconds kLocalPatience{1000};
// A process that stops lets its job end a batch of energies or a fit first.
constexpr std::chrono::seconds kStoppingTime{15};

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double Seconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + 1e-9 * time.nanos();
}

StageProgress ToProgress(const v1::WatchJobResponse& event,
                         const v1::Job& job,
                         double start) {
  const v1::Stage& stage = event.stage();
  StageProgress progress;
  progress.pass = stage.pass();
  progress.stage = stage.stage();
  progress.annealing_time = stage.t();
  progress.share_done = event.fraction();
  const double elapsed = Seconds(event.time()) - start;
  if (start > 0 && elapsed >= 0 && event.fraction() > kMinFractionForTimeLeft) {
    progress.seconds_left = elapsed * (1 - event.fraction()) / event.fraction();
  }
  progress.log_evidence = stage.log_evidence();
  progress.conditional_ess = stage.conditional_ess();
  progress.fresh_ess = stage.fresh_ess_fraction();
  progress.flow_used = stage.flow_used();
  progress.validation_r2 = stage.validation_r2();
  for (const int rank : stage.ranks())
    progress.max_rank = std::max(progress.max_rank, rank);
  progress.acceptance_rate = stage.acceptance_rate();
  progress.num_energy_evaluations = stage.num_energy_evaluations();
  progress.max_energy_evaluations =
      job.spec().sample().options().max_energy_evaluations();
  return progress;
}

absl::Status InterruptedStatus(const ServerAccess& access,
                               const std::string& name,
                               const FollowOptions& options) {
  const std::string folder =
      options.out_folder.empty() ? "DIR" : options.out_folder;
  ErrorBlock block;
  if (access.is_own()) {
    block.what =
        fmt::format("interrupted: {} waits in the queue of this machine", name);
  } else {
    block.what = fmt::format(
        "interrupted: {} goes on at {}", name, access.connection->address());
    block.mend.push_back(
        fmt::format("look at it:   ttflow watch {}{}", name, access.Flag()));
  }
  block.mend.push_back(fmt::format("take it up:   ttflow resume {} --out {}{}",
                                   name,
                                   folder,
                                   access.Flag()));
  block.mend.push_back(
      fmt::format("give it up:   ttflow cancel {}{}", name, access.Flag()));
  return MakeError(ExitCode::kInterrupted, block);
}

std::string NextCommands(const ServerAccess& access,
                         const v1::Job& job,
                         const FollowOptions& options) {
  std::string next;
  if (!options.out_folder.empty()) {
    next = fmt::format("ttflow plot {} -o samples.svg", options.out_folder);
  } else if (options.samples_file.empty()) {
    next =
        fmt::format("ttflow resume {} --out DIR{}", job.name(), access.Flag());
  }
  if (!job.result().flow().empty()) {
    if (!next.empty()) next += " | ";
    next += fmt::format("ttflow draw {} -n 10000 -o more.npy{}",
                        job.result().flow(),
                        access.Flag());
  }
  return next;
}

// Watches to the end; the display is gone when this returns.
absl::StatusOr<WatchedJob> Watch(const CommandContext& context,
                                 const ServerAccess& access,
                                 const v1::Job& job,
                                 bool server_is_known,
                                 Canceller& canceller) {
  ProgressDisplay display(
      job.name(), context.terminal, [](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
      });
  double start = job.has_start_time() ? Seconds(job.start_time()) : 0;
  WatchOptions options;
  options.server_is_known = server_is_known;
  if (access.embedded != nullptr) options.patience = kLocalPatience;
  options.on_event = [&](const v1::WatchJobResponse& event) {
    if (event.has_stage()) {
      display.Update(ToProgress(event, job, start), Now());
    } else if (event.has_state_change() &&
               event.state_change().state() == v1::Job::STATE_RUNNING &&
               start == 0) {
      start = Seconds(event.time());
    }
  };
  options.on_note = [&](std::string_view note) { display.Note(note); };
  auto watched = WatchToEnd(*access.connection, job.name(), options, canceller);
  display.Finish();
  return watched;
}

// Starts a server here once the process that had it is gone. While that one
// stops it still answers, so this asks again for a while before it is content
// with another.
absl::Status TakeOver(const CommandContext& context,
                      ServerAccess& access,
                      Canceller& canceller) {
  const auto end = std::chrono::steady_clock::now() + kStoppingTime;
  do {
    TTFLOW_ASSIGN_OR_RETURN(access, context.Connect(/*runs_jobs=*/true));
    if (access.is_own()) {
      context.Note(
          "the process that ran this job has ended; it goes on in this one");
      return absl::OkStatus();
    }
  } while (std::chrono::steady_clock::now() < end &&
           canceller.SleepFor(kLocalPatience));
  return absl::OkStatus();
}

// The same, going on in this process where another one of this machine, in
// which the job ran, has ended.
absl::StatusOr<WatchedJob> WatchOrTakeOver(const CommandContext& context,
                                           ServerAccess& access,
                                           const v1::Job& job,
                                           bool server_is_known,
                                           Canceller& canceller) {
  while (true) {
    auto watched = Watch(context, access, job, server_is_known, canceller);
    if (watched.ok() || canceller.cancelled() || access.embedded == nullptr ||
        access.is_own() ||
        ExitCodeOf(watched.status()) != ExitCode::kUnavailable) {
      return watched;
    }
    TTFLOW_RETURN_IF_ERROR(TakeOver(context, access, canceller));
  }
}

// Jobs that were left run whenever a process works here; that is worth a word.
void NoteOtherJobs(const CommandContext& context,
                   const ServerAccess& access,
                   const std::string& name) {
  if (!access.is_own()) return;
  v1::ListJobsRequest request;
  request.add_states(v1::Job::STATE_QUEUED);
  request.add_states(v1::Job::STATE_RUNNING);
  const auto list = access.connection->Call(
      access.connection->jobs(), &v1::JobService::Stub::ListJobs, request);
  if (!list.ok()) return;
  const auto others = std::count_if(
      list->jobs().begin(), list->jobs().end(), [&](const v1::Job& job) {
        return job.name() != name;
      });
  if (others > 0) {
    context.Note(
        fmt::format("{} unfinished job{} of this machine run{} meanwhile: "
                    "ttflow jobs, ttflow cancel NAME",
                    others,
                    others == 1 ? "" : "s",
                    others == 1 ? "s" : ""));
  }
}

}  // namespace

absl::Status OutcomeStatus(const v1::Job& job) {
  ErrorBlock block;
  switch (job.state()) {
    case v1::Job::STATE_SUCCEEDED:
      return absl::OkStatus();
    case v1::Job::STATE_FAILED:
      block.what =
          fmt::format("{} failed: {}", job.name(), job.error().message());
      block.reason = job.error().reason();
      break;
    case v1::Job::STATE_CANCELLED:
      block.what = fmt::format("{} was cancelled", job.name());
      block.reason = "JOB_CANCELLED";
      break;
    default:
      block.what =
          fmt::format("{} is still {}", job.name(), StateName(job.state()));
      block.reason = "JOB_NOT_DONE";
  }
  return MakeError(ExitCode::kFailed, block);
}

absl::Status FollowToEnd(const CommandContext& context,
                         ServerAccess& access,
                         const std::string& name,
                         const FollowOptions& options) {
  TTFLOW_ASSIGN_OR_RETURN(v1::Job job, access.connection->GetJob(name));
  Canceller canceller;
  const Interrupts::Scope scope(*context.interrupts,
                                [&] { canceller.Cancel(); });
  const auto interrupted = [&] {
    absl::Status status = InterruptedStatus(access, name, options);
    if (access.embedded != nullptr) access.embedded->Stop();
    return status;
  };

  NoteOtherJobs(context, access, name);
  const auto watched =
      WatchOrTakeOver(context, access, job, options.server_is_known, canceller);
  if (canceller.cancelled()) return interrupted();
  if (!watched.ok()) return watched.status();
  TTFLOW_ASSIGN_OR_RETURN(job, access.connection->GetJob(name));

  SummaryOptions summary;
  summary.utf8 = context.terminal.utf8;
  if (job.state() == v1::Job::STATE_SUCCEEDED) {
    absl::StatusOr<SampleColumns> columns = SampleColumns();
    if (!options.out_folder.empty()) {
      columns = Deliver(*access.connection,
                        job,
                        watched->stages,
                        options.out_folder,
                        canceller);
    } else if (!options.samples_file.empty()) {
      columns = DeliverSamples(
          *access.connection, job, options.samples_file, canceller);
    }
    if (canceller.cancelled()) return interrupted();
    if (!columns.ok()) return columns.status();
    summary.samples = *std::move(columns);
    summary.next = NextCommands(access, job, options);
  }
  absl::Status outcome = OutcomeStatus(job);
  // A job that failed is told once, by the error block.
  if (outcome.ok() || context.flags.json)
    context.Print(job, SummaryText(job, summary));
  return outcome;
}

}  // namespace ttflow::client
