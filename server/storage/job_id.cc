#include "server/storage/job_id.h"

#include <cctype>
#include <cstddef>

#include "absl/strings/str_format.h"

namespace ttflow::server {
namespace {

constexpr std::uint32_t kCounterLimit = 1U << 12;
constexpr std::size_t kUuidLength = 36;

std::mt19937_64 MakeSeededRandom() {
  std::random_device device;
  std::seed_seq seeds{device(), device(), device(), device()};
  return std::mt19937_64(seeds);
}

bool IsDash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

JobIdGenerator::JobIdGenerator() : random_(MakeSeededRandom()) {}

std::string JobIdGenerator::Next(absl::Time now) {
  const std::lock_guard lock(mutex_);
  const std::int64_t milliseconds = absl::ToUnixMillis(now);
  if (milliseconds > last_milliseconds_) {
    last_milliseconds_ = milliseconds;
    counter_ = 0;
  } else if (++counter_ == kCounterLimit) {
    // More ids than the counter holds: borrow from the next millisecond.
    ++last_milliseconds_;
    counter_ = 0;
  }
  const std::uint64_t random = random_();
  const auto time = static_cast<std::uint64_t>(last_milliseconds_);
  return absl::StrFormat("%08x-%04x-7%03x-%04x-%012x",
                         (time >> 16) & 0xFFFFFFFF,
                         time & 0xFFFF,
                         counter_,
                         0x8000 | ((random >> 48) & 0x3FFF),
                         random & 0xFFFFFFFFFFFF);
}

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidLength) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool good =
        IsDash(i) ? text[i] == '-'
                  : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
    if (!good) {
      return false;
    }
  }
  return true;
}

}  // namespace ttflow::server
