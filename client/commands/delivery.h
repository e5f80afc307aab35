// Delivery: a finished job's samples, particles and result, into a folder.

#ifndef TTFLOW_CLIENT_COMMANDS_DELIVERY_H_
#define TTFLOW_CLIENT_COMMANDS_DELIVERY_H_

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/canceller.h"
#include "client/connection/connection.h"

namespace ttflow::client {

// Some of the samples, by coordinate [d][n], for the histograms of the summary.
using SampleColumns = std::vector<std::vector<double>>;

// Writes samples.npy, particles.npy, log_weights.npy and, last of all,
// result.json into `folder`, each file atomically: where result.json is, the
// others are whole. `job` has SUCCEEDED; `stages` are all of its stages.
// Errors: those of the calls and of the file system; kDataLoss where the server
// sends another number of rows than the result says.
absl::StatusOr<SampleColumns> Deliver(const Connection& connection,
                                      const v1::Job& job,
                                      std::span<const v1::Stage> stages,
                                      const std::string& folder,
                                      Canceller& canceller);

// Writes the samples alone to one NPY file.
absl::StatusOr<SampleColumns> DeliverSamples(const Connection& connection,
                                             const v1::Job& job,
                                             const std::string& path,
                                             Canceller& canceller);

}  // namespace ttflow::client

#endif  // TTFLOW_CLIENT_COMMANDS_DELIVERY_H_
