#include "client/output/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

namespace ttflow::client {
namespace {

static_assert(std::endian::native == std::endian::little,
              "NPY files are written as they lie");

constexpr char kMagic[] = "\x93NUMPY";
constexpr std::size_t kMagicSize = 6;
constexpr std::size_t kPreambleSize = 10;  // magic, version, length
constexpr std::size_t kAlignment = 64;

std::string ShapeText(std::span<const std::int64_t> shape) {
  if (shape.size() == 1) return fmt::format("({},)", shape[0]);
  return fmt::format("({})", fmt::join(shape, ", "));
}

// The header with room for any number of rows: what a growing file needs.
std::string PaddedHeader(std::span<const std::int64_t> shape,
                         std::size_t size) {
  std::string header(kMagic, kMagicSize);
  const std::string dictionary =
      fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': {}, }}",
                  ShapeText(shape));
  const std::size_t needed = kPreambleSize + dictionary.size() + 1;
  const std::size_t total =
      std::max(size, (needed + kAlignment - 1) / kAlignment * kAlignment);
  const std::size_t length = total - kPreambleSize;
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(length & 0xff);
  header += static_cast<char>(length >> 8);
  header += dictionary;
  header.append(total - header.size() - 1, ' ');
  header += '\n';
  return header;
}

absl::Status NotNpy(const char* why) {
  return absl::InvalidArgumentError(
      fmt::format("not an NPY file of float64 in C order: {}", why));
}

}  // namespace

std::string NpyHeader(std::span<const std::int64_t> shape) {
  return PaddedHeader(shape, 0);
}

absl::StatusOr<NpyWriter> NpyWriter::Create(const std::string& path,
                                            std::int64_t columns) {
  absl::StatusOr<AtomicFile> file = AtomicFile::Create(path);
  if (!file.ok()) return file.status();
  NpyWriter writer(*std::move(file), columns);
  if (absl::Status status = writer.file_.Append(NpyHeader(writer.Shape()));
      !status.ok()) {
    return status;
  }
  return writer;
}

std::vector<std::int64_t> NpyWriter::Shape() const {
  if (columns_ == 0) return {rows_};
  return {rows_, columns_};
}

absl::Status NpyWriter::Append(std::span<const double> values) {
  rows_ += static_cast<std::int64_t>(values.size()) /
           std::max<std::int64_t>(columns_, 1);
  return file_.Append(
      {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

absl::Status NpyWriter::Commit() {
  // Two numbers of at most 19 digits fit in the 128 bytes that a header of one
  // digit each already takes, so the data need not move.
  const std::string header = NpyHeader(Shape());
  if (absl::Status status = file_.Overwrite(0, header); !status.ok())
    return status;
  return file_.Commit();
}

absl::StatusOr<NpyArray> ParseNpy(std::string_view bytes) {
  if (bytes.size() < kPreambleSize ||
      bytes.substr(0, kMagicSize) != std::string_view(kMagic)) {
    return NotNpy("no magic");
  }
  if (bytes[6] != 1) return NotNpy("a version other than 1");
  const std::size_t length =
      static_cast<unsigned char>(bytes[8]) |
      static_cast<std::size_t>(static_cast<unsigned char>(bytes[9])) << 8;
  if (bytes.size() < kPreambleSize + length)
    return NotNpy("the header is cut off");
  const std::string_view dictionary = bytes.substr(kPreambleSize, length);
  if (dictionary.find("'<f8'") == std::string_view::npos)
    return NotNpy("another type");
  if (dictionary.find("'fortran_order': False") == std::string_view::npos) {
    return NotNpy("another order");
  }
  const std::size_t open = dictionary.find('(');
  const std::size_t close = dictionary.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos ||
      close < open) {
    return NotNpy("no shape");
  }
  NpyArray array;
  std::int64_t count = 1;
  const char* at = dictionary.data() + open + 1;
  const char* const end = dictionary.data() + close;
  while (at < end) {
    std::int64_t extent = 0;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 0) return NotNpy("no shape");
    array.shape.push_back(extent);
    if (__builtin_mul_overflow(count, extent, &count))
      return NotNpy("no such shape");
    at = next;
    while (at < end && (*at == ',' || *at == ' ')) ++at;
  }
  const std::string_view data = bytes.substr(kPreambleSize + length);
  if (data.size() / sizeof(double) != static_cast<std::size_t>(count) ||
      data.size() % sizeof(double) != 0) {
    return NotNpy("the data do not fit the shape");
  }
  array.values.resize(static_cast<std::size_t>(count));
  std::memcpy(array.values.data(), data.data(), data.size());
  return array;
}

absl::StatusOr<NpyArray> ReadNpy(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<NpyArray> array = ParseNpy(*bytes);
  if (!array.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path, std::string(array.status().message())));
  }
  return array;
}

}  // namespace ttflow::client
