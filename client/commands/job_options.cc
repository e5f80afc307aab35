#include "client/commands/job_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <random>

#include "client/output/number_format.h"

namespace ttflow::client {

void AddJobFlags(CLI::App& command, JobFlags& flags) {
  command
      .add_option("--target",
                  flags.target,
                  "Built-in energy to sample (see: ttflow targets)")
      ->type_name("NAME");
  command
      .add_option("--param",
                  flags.parameters,
                  "Parameter of the target: a number, a list 1,2,3 or JSON "
                  "[[0,0],[3,1]]")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--dim", flags.dimension, "Number of coordinates")
      ->type_name("D");
  command
      .add_option("--lower",
                  flags.lower,
                  "Lower bounds: one for all coordinates or a list 0,-inf,1")
      ->type_name("LIST");
  command.add_option("--upper", flags.upper, "Upper bounds, as --lower")
      ->type_name("LIST");
  command
      .add_option(
          "-n,--num-samples", flags.num_samples, "Samples to deliver (2000)")
      ->type_name("M");
  command
      .add_option(
          "--particles", flags.num_particles, "Particles that the engine moves")
      ->type_name("N");
  command
      .add_option(
          "--seed", flags.seed, "Seed; the same seed gives the same samples")
      ->check(CheckSeed)
      ->type_name("S");
  command
      .add_option("--flow",
                  flags.flow,
                  "Use the tensor-train flow: auto, on or off (auto)")
      ->type_name("MODE");
  command
      .add_option("--set",
                  flags.settings,
                  "Any other option by its path, such as flow.max_rank=4")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--label", flags.labels, "A label of the job, to find it by")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("-f,--file",
                  flags.file,
                  "Job file: a JobSpec in JSON; - is the standard input")
      ->type_name("JSON");
}

std::string CheckSeed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc() && end == text.data() + text.size()) return "";
  return fmt::format("{} is not a whole number from 0 to {}", text, UINT64_MAX);
}

std::string NewRequestId() {
  std::random_device device;
  std::uint32_t words[4];
  for (std::uint32_t& word : words) word = device();
  words[1] = (words[1] & 0xffff0fffU) | 0x00004000U;  // version 4
  words[2] = (words[2] & 0x3fffffffU) | 0x80000000U;  // variant 1
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}",
                     words[0],
                     words[1] >> 16,
                     words[1] & 0xffffU,
                     words[2] >> 16,
                     words[2] & 0xffffU,
                     words[3]);
}

absl::StatusOr<v1::CreateJobResponse> CreateJob(const Connection& connection,
                                                const v1::JobSpec& spec,
                                                bool validate_only) {
  v1::CreateJobRequest request;
  *request.mutable_job_spec() = spec;
  request.set_request_id(NewRequestId());
  request.set_validate_only(validate_only);
  return connection.Call(
      connection.jobs(), &v1::JobService::Stub::CreateJob, request);
}

std::string EstimateText(const v1::ResourceEstimate& estimate) {
  std::string text =
      fmt::format("memory {:.0f} MiB",
                  static_cast<double>(estimate.memory_bytes()) / (1 << 20));
  if (estimate.num_energy_evaluations() > 0) {
    text += fmt::format(", about {} energy evaluations",
                        WithThousands(estimate.num_energy_evaluations()));
  }
  return text;
}

}  // namespace ttflow::client
