// Limits: everything that the server refuses beyond, each with its reason.

#ifndef TTFLOW_SERVER_LIMITS_H_
#define TTFLOW_SERVER_LIMITS_H_

#include <cstdint>

namespace ttflow::server {

struct Limits {
  // Coordinates of a target. Memory is the true limit; this one keeps a typing
  // error from being worked on.
  std::int64_t max_dimension = 4096;
  // Points that a job delivers.
  std::int64_t max_num_samples = 10'000'000;
  // Estimated peak memory of one job, bytes. 0: chosen from the machine at the
  // start, see server/server_options.h.
  std::int64_t max_job_memory_bytes = 0;
  // Jobs that wait; further ones are refused with a retry delay.
  std::int64_t max_queued_jobs = 1000;
  // A serialised JobSpec: it is kept with the job and sent with every GetJob.
  std::int64_t max_spec_bytes = 1 << 20;
  // A request message: a JobSpec and room for what comes.
  std::int64_t max_message_bytes = 16 << 20;
  // A message of ReadSamples. gRPC clients refuse more than 4 MiB by default.
  std::int64_t max_batch_bytes = 1 << 20;
  // The same where the client asks for nothing: best throughput.
  std::int64_t default_batch_bytes = 512 << 10;
  // Labels of a job, and bytes of a key or value.
  int max_labels = 64;
  int max_label_bytes = 63;
  // Jobs or flows of a list response, and how many where the client is silent.
  int max_page_size = 500;
  int default_page_size = 50;
  // WatchJob, WaitJob and ReadSamples calls open at the same time: each costs a
  // buffer and a subscription.
  int max_streams = 1000;
  // Calls of one connection at the same time.
  int max_streams_per_connection = 100;
  // Unary calls that wait for the store.
  int max_pending_calls = 1000;
};

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_LIMITS_H_
