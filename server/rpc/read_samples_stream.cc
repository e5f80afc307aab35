#include "server/rpc/read_samples_stream.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/foundation/status_macros.h"
#include "server/convert/resource_names.h"
#include "server/rpc/pull_stream.h"

namespace ttflow::server {
namespace {

static_assert(std::endian::native == std::endian::little,
              "raw values are copied as they are: the wire is little-endian");

void SetNumbers(const std::vector<double>& numbers,
                bool raw,
                google::protobuf::RepeatedField<double>* packed,
                std::string* bytes) {
  if (raw) {
    bytes->assign(reinterpret_cast<const char*>(numbers.data()),
                  8 * numbers.size());
  } else {
    packed->Add(numbers.begin(), numbers.end());
  }
}

class ReadSamplesStream final : public PullStream<v1::ReadSamplesResponse> {
 public:
  ReadSamplesStream(ServiceContext& context,
                    const v1::ReadSamplesRequest& request)
      : PullStream(context), request_(request), offset_(request.offset()) {}

 private:
  Batch Pull() override {
    Batch batch;
    if (id_.empty()) {
      if (absl::Status status = Validate(); !status.ok()) {
        batch.end = std::move(status);
        return batch;
      }
    }
    if (context().jobs.draining()) {
      batch.end = ErrorWithReason(
          absl::StatusCode::kUnavailable,
          kServerDraining,
          "the server stops; read on at the number of rows received");
      return batch;
    }
    auto response = ReadNext();
    if (!response.ok()) {
      batch.end = response.status();
      return batch;
    }
    batch.more = !response->last();
    if (response->last()) batch.end = absl::OkStatus();
    batch.messages.push_back(*std::move(response));
    return batch;
  }

  absl::Status Validate() {
    Violations violations;
    const auto id = ParseJobName(request_.name());
    if (!id.has_value()) violations.Add("name", "must be \"jobs/<id>\"");
    if (request_.offset() < 0) violations.Add("offset", "must not be negative");
    if (request_.limit() < 0) violations.Add("limit", "must not be negative");
    if (request_.batch_rows() < 0)
      violations.Add("batch_rows", "must not be negative");
    if (!v1::SampleKind_IsValid(request_.what()))
      violations.Add("what", "is unknown");
    if (!v1::SampleEncoding_IsValid(request_.encoding())) {
      violations.Add("encoding", "is unknown");
    }
    if (!violations.empty()) return InvalidRequest(violations);
    id_ = *id;
    limit_ = request_.limit() > 0 ? request_.limit()
                                  : std::numeric_limits<std::int64_t>::max();
    return absl::OkStatus();
  }

  // Rows to ask for at most: the width of a row is known from the first block
  // on.
  std::int64_t RowsWanted() const {
    const Limits& limits = context().limits;
    const std::int64_t row_bytes = 8 * (columns_ + 1);
    const std::int64_t most =
        std::max<std::int64_t>(1, limits.max_batch_bytes / row_bytes);
    const std::int64_t wanted =
        request_.batch_rows() > 0
            ? request_.batch_rows()
            : std::max<std::int64_t>(1, limits.default_batch_bytes / row_bytes);
    return std::min({wanted, most, limit_});
  }

  absl::StatusOr<v1::ReadSamplesResponse> ReadNext() {
    const bool particles = request_.what() == v1::SAMPLE_KIND_PARTICLES;
    const bool raw = request_.encoding() == v1::SAMPLE_ENCODING_RAW_LE_F64;
    const SampleKind kind =
        particles ? SampleKind::kParticles : SampleKind::kSamples;
    if (columns_ == 0) {
      TTFLOW_ASSIGN_OR_RETURN(
          const SampleBlock first,
          context().jobs.ReadSamples(id_, kind, offset_, 1));
      columns_ = first.columns;
    }
    TTFLOW_ASSIGN_OR_RETURN(
        const SampleBlock block,
        context().jobs.ReadSamples(id_, kind, offset_, RowsWanted()));
    v1::ReadSamplesResponse response;
    response.set_offset(offset_);
    response.set_rows(static_cast<std::int32_t>(block.rows));
    response.set_dimension(static_cast<std::int32_t>(block.columns));
    response.set_total_rows(block.total_rows);
    SetNumbers(block.values,
               raw,
               response.mutable_values(),
               response.mutable_raw_values());
    if (particles) {
      TTFLOW_ASSIGN_OR_RETURN(const std::vector<double> log_weights,
                              ReadLogWeights(offset_, block.rows));
      SetNumbers(log_weights,
                 raw,
                 response.mutable_log_weights(),
                 response.mutable_raw_log_weights());
    }
    offset_ += block.rows;
    limit_ -= block.rows;
    response.set_last(offset_ >= block.total_rows || limit_ <= 0);
    return response;
  }

  // Chunks of the two tables end at different rows: read on until all are
  // there.
  absl::StatusOr<std::vector<double>> ReadLogWeights(std::int64_t offset,
                                                     std::int64_t rows) {
    std::vector<double> log_weights;
    while (static_cast<std::int64_t>(log_weights.size()) < rows) {
      const auto have = static_cast<std::int64_t>(log_weights.size());
      TTFLOW_ASSIGN_OR_RETURN(
          const SampleBlock block,
          context().jobs.ReadSamples(
              id_, SampleKind::kLogWeights, offset + have, rows - have));
      if (block.rows == 0) {
        return ErrorWithReason(absl::StatusCode::kDataLoss,
                               kChecksumMismatch,
                               "the job has fewer log weights than particles");
      }
      log_weights.insert(
          log_weights.end(), block.values.begin(), block.values.end());
    }
    return log_weights;
  }

  const v1::ReadSamplesRequest request_;
  std::string id_;
  std::int64_t offset_;
  std::int64_t limit_ = 0;
  std::int64_t columns_ = 0;
};

}  // namespace

grpc::ServerWriteReactor<v1::ReadSamplesResponse>* StartReadSamples(
    ServiceContext& context, const v1::ReadSamplesRequest& request) {
  const auto stream = std::make_shared<ReadSamplesStream>(context, request);
  stream->Begin();
  return stream.get();
}

}  // namespace ttflow::server
