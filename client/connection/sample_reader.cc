#include "client/connection/sample_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace ttflow::client {
namespace {

using Clock = std::chrono::steady_clock;

static_assert(std::endian::native == std::endian::little,
              "RAW_LE_F64 is read as it lies");

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

// Copies: the bytes of a message need not be aligned for doubles.
void CopyDoubles(const std::string& bytes, std::vector<double>& to) {
  to.resize(bytes.size() / sizeof(double));
  if (!to.empty())
    std::memcpy(to.data(), bytes.data(), to.size() * sizeof(double));
}

class RowReader {
 public:
  RowReader(const Connection& connection,
            v1::ReadSamplesRequest request,
            Canceller& canceller,
            const std::function<absl::Status(const RowBatch&)>& take)
      : connection_(connection),
        request_(std::move(request)),
        canceller_(canceller),
        take_(take) {}

  absl::Status Run(std::chrono::milliseconds patience) {
    std::chrono::milliseconds pause = kFirstPause;
    Clock::time_point last_heard = Clock::now();
    bool known = false;
    while (true) {
      received_ = false;
      absl::Status fault;
      const grpc::Status status = ReadOneStream(fault);
      if (!fault.ok()) return fault;
      if (complete_ || status.ok()) return absl::OkStatus();
      if (canceller_.cancelled()) return absl::CancelledError("interrupted");
      if (received_) {
        last_heard = Clock::now();
        pause = kFirstPause;
        known = true;
      }
      if (!IsBroken(status) || !known || Clock::now() - last_heard > patience) {
        return ToStatus(status, connection_.address());
      }
      if (!canceller_.SleepFor(pause))
        return absl::CancelledError("interrupted");
      pause = std::min(2 * pause, kLongestPause);
    }
  }

 private:
  grpc::Status ReadOneStream(absl::Status& fault) {
    grpc::ClientContext context;
    const Canceller::Registration registration(canceller_, context);
    const auto stream = connection_.jobs().ReadSamples(&context, request_);
    v1::ReadSamplesResponse response;
    while (stream->Read(&response)) {
      received_ = true;
      fault = Take(response);
      if (!fault.ok()) {
        context.TryCancel();
        break;
      }
    }
    return stream->Finish();
  }

  absl::Status Take(const v1::ReadSamplesResponse& response) {
    const auto rows = static_cast<std::size_t>(std::max(response.rows(), 0));
    const auto dimension =
        static_cast<std::size_t>(std::max(response.dimension(), 0));
    const bool weighted = request_.what() == v1::SAMPLE_KIND_PARTICLES;
    if (response.offset() != request_.offset() ||
        response.raw_values().size() != rows * dimension * sizeof(double) ||
        response.raw_log_weights().size() !=
            (weighted ? rows * sizeof(double) : 0)) {
      return absl::DataLossError(
          fmt::format("{}: the server sent rows that do not fit at row {}",
                      request_.name(),
                      request_.offset()));
    }
    CopyDoubles(response.raw_values(), values_);
    CopyDoubles(response.raw_log_weights(), log_weights_);
    RowBatch batch;
    batch.offset = response.offset();
    batch.total_rows = response.total_rows();
    batch.dimension = response.dimension();
    batch.values = values_;
    batch.log_weights = log_weights_;
    const absl::Status status = take_(batch);
    if (!status.ok()) return status;
    request_.set_offset(request_.offset() + response.rows());
    if (request_.limit() > 0) {
      request_.set_limit(request_.limit() - response.rows());
      if (request_.limit() <= 0) complete_ = true;
    }
    if (response.last() || request_.offset() >= response.total_rows())
      complete_ = true;
    return absl::OkStatus();
  }

  const Connection& connection_;
  v1::ReadSamplesRequest request_;
  Canceller& canceller_;
  const std::function<absl::Status(const RowBatch&)>& take_;
  std::vector<double> values_;
  std::vector<double> log_weights_;
  bool received_ = false;
  bool complete_ = false;
};

}  // namespace

absl::Status ReadRows(const Connection& connection,
                      const std::string& name,
                      v1::SampleKind kind,
                      RowRange range,
                      Canceller& canceller,
                      const std::function<absl::Status(const RowBatch&)>& take,
                      std::chrono::milliseconds patience) {
  v1::ReadSamplesRequest request;
  request.set_name(name);
  request.set_what(kind);
  request.set_offset(range.offset);
  request.set_limit(range.limit);
  request.set_encoding(v1::SAMPLE_ENCODING_RAW_LE_F64);
  return RowReader(connection, std::move(request), canceller, take)
      .Run(patience);
}

}  // namespace ttflow::client
