#include "client/commands/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "client/connection/sample_reader.h"
#include "client/output/atomic_file.h"
#include "client/output/npy.h"
#include "client/output/result_json.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

// Rows kept for the histograms: enough for 16 bins, little memory.
constexpr std::int64_t kMaxHistogramRows = 20000;

std::string Path(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

absl::Status CheckRows(const char* what, std::int64_t have, std::int64_t want) {
  if (have == want) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("received {} {} instead of {}", have, what, want));
}

absl::Status DeliverParticles(const Connection& connection,
                              const v1::Job& job,
                              const std::string& folder,
                              Canceller& canceller) {
  TTFLOW_ASSIGN_OR_RETURN(NpyWriter particles,
                          NpyWriter::Create(Path(folder, "particles.npy"),
                                            job.result().dimension()));
  TTFLOW_ASSIGN_OR_RETURN(
      NpyWriter log_weights,
      NpyWriter::Create(Path(folder, "log_weights.npy"), 0));
  TTFLOW_RETURN_IF_ERROR(
      ReadRows(connection,
               job.name(),
               v1::SAMPLE_KIND_PARTICLES,
               {},
               canceller,
               [&](const RowBatch& batch) -> absl::Status {
                 TTFLOW_RETURN_IF_ERROR(particles.Append(batch.values));
                 return log_weights.Append(batch.log_weights);
               }));
  TTFLOW_RETURN_IF_ERROR(CheckRows(
      "particles", particles.num_rows(), job.result().num_particles()));
  TTFLOW_RETURN_IF_ERROR(particles.Commit());
  return log_weights.Commit();
}

// What the job sampled; a draw job names only its flow, which may be gone.
v1::TargetSpec SampledTarget(const Connection& connection, const v1::Job& job) {
  if (!job.spec().has_draw()) return job.spec().sample().target();
  if (job.spec().draw().has_target()) return job.spec().draw().target();
  const auto flow = connection.GetFlow(job.spec().draw().flow());
  return flow.ok() ? flow->target() : v1::TargetSpec();
}

}  // namespace

absl::StatusOr<SampleColumns> DeliverSamples(const Connection& connection,
                                             const v1::Job& job,
                                             const std::string& path,
                                             Canceller& canceller) {
  const auto dimension = static_cast<std::size_t>(job.result().dimension());
  SampleColumns columns(dimension);
  TTFLOW_ASSIGN_OR_RETURN(NpyWriter samples,
                          NpyWriter::Create(path, job.result().dimension()));
  TTFLOW_RETURN_IF_ERROR(ReadRows(
      connection,
      job.name(),
      v1::SAMPLE_KIND_SAMPLES,
      {},
      canceller,
      [&](const RowBatch& batch) -> absl::Status {
        if (static_cast<std::size_t>(batch.dimension) != dimension) {
          return absl::DataLossError(
              "the samples have another dimension than the result");
        }
        for (std::size_t at = 0; at < batch.values.size(); ++at) {
          if (batch.offset + static_cast<std::int64_t>(at / dimension) >=
              kMaxHistogramRows)
            break;
          columns[at % dimension].push_back(batch.values[at]);
        }
        return samples.Append(batch.values);
      }));
  TTFLOW_RETURN_IF_ERROR(
      CheckRows("samples", samples.num_rows(), job.result().num_samples()));
  TTFLOW_RETURN_IF_ERROR(samples.Commit());
  return columns;
}

absl::StatusOr<SampleColumns> Deliver(const Connection& connection,
                                      const v1::Job& job,
                                      std::span<const v1::Stage> stages,
                                      const std::string& folder,
                                      Canceller& canceller) {
  TTFLOW_RETURN_IF_ERROR(MakeDirectories(folder));
  TTFLOW_ASSIGN_OR_RETURN(
      SampleColumns columns,
      DeliverSamples(connection, job, Path(folder, "samples.npy"), canceller));
  TTFLOW_RETURN_IF_ERROR(DeliverParticles(connection, job, folder, canceller));
  const Json json = ResultJson(job, SampledTarget(connection, job), stages);
  TTFLOW_RETURN_IF_ERROR(WriteFileAtomically(
      Path(folder, "result.json"),
      json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"));
  return columns;
}

}  // namespace ttflow::client
