#include "server/storage/sqlite/sqlite_completion.h"

#include "core/foundation/status_macros.h"
#include "server/storage/sqlite/sqlite_flow_store.h"
#include "server/storage/sqlite/sqlite_job_rows.h"
#include "server/storage/sqlite/sqlite_sample_store.h"

namespace ttflow::server {

absl::Status WriteCompletion(Connection& connection,
                             const Claim& claim,
                             const Completion& completion,
                             absl::Time now) {
  // First of all the claim: a lost one writes no sample.
  TTFLOW_RETURN_IF_ERROR(
      EndAttempt(connection, claim, JobState::kSucceeded, now));
  TTFLOW_RETURN_IF_ERROR(
      connection.Prepare("UPDATE jobs SET result = ?2 WHERE id = ?1")
          .BindText(1, claim.job_id)
          .BindBlob(2, completion.result)
          .Run());
  TTFLOW_RETURN_IF_ERROR(
      WriteTable(connection, claim, SampleKind::kSamples, completion.samples));
  TTFLOW_RETURN_IF_ERROR(WriteTable(
      connection, claim, SampleKind::kParticles, completion.particles));
  TTFLOW_RETURN_IF_ERROR(WriteTable(
      connection, claim, SampleKind::kLogWeights, completion.log_weights));
  if (completion.flow.has_value()) {
    TTFLOW_RETURN_IF_ERROR(
        WriteFlow(connection, claim.job_id, *completion.flow, now));
  }
  return absl::OkStatus();
}

}  // namespace ttflow::server
