// Job converter: a stored job -> ttflow.v1.Job.

#ifndef TTFLOW_SERVER_CONVERT_JOB_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_JOB_CONVERTER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/job_store.h"
#include "ttflow/v1/job.pb.h"

namespace ttflow::server {

v1::Job::State StateToProto(JobState state);
// nullopt for a value that this build does not know, or UNSPECIFIED.
std::optional<JobState> StateFromProto(v1::Job::State state);

v1::JobError JobErrorToProto(const JobError& error);

google::protobuf::Timestamp TimeToProto(absl::Time time);

// Returns the job as the API shows it.
// Errors: kDataLoss where spec, stage or result are damaged.
absl::StatusOr<v1::Job> JobToProto(const JobRecord& record);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_JOB_CONVERTER_H_
