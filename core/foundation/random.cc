#include "core/foundation/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace ttflow {

std::uint64_t RandomStream::Bits() {
  if (next_ + 2 > 4) {
    const r123::Philox4x32 philox;
    const r123::Philox4x32::ctr_type counter = {
        {counter_[0], counter_[1], counter_[2], counter_[3]}};
    const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
    const r123::Philox4x32::ctr_type block = philox(counter, key);
    for (int i = 0; i < 4; ++i) block_[i] = block[i];
    ++counter_[0];
    next_ = 0;
  }
  const std::uint64_t low = block_[next_];
  const std::uint64_t high = block_[next_ + 1];
  next_ += 2;
  return (high << 32) | low;
}

double RandomStream::Uniform() {
  // The half offset keeps both ends out.
  return (static_cast<double>(Bits() >> 11) + 0.5) * 0x1.0p-53;
}

double RandomStream::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(Uniform()));
  const double angle = 2.0 * std::numbers::pi * Uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double RandomStream::Gamma(double shape) {
  if (shape < 1) {
    return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double z = Normal();
    const double v = std::pow(1 + c * z, 3);
    if (v > 0 &&
        std::log(Uniform()) < 0.5 * z * z + d - d * v + d * std::log(v)) {
      return d * v;
    }
  }
}

std::uint64_t RandomStream::Below(std::uint64_t bound) {
  // Rejection of the incomplete last cycle: exactly uniform.
  const std::uint64_t limit =
      ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
  std::uint64_t bits = Bits();
  while (bits > limit) bits = Bits();
  return bits % bound;
}

RandomKey RandomKey::AtStage(std::uint32_t pass, std::uint32_t stage) const {
  RandomKey key = *this;
  key.pass_ = pass;
  key.stage_ = stage;
  return key;
}

RandomStream RandomKey::Stream(Purpose purpose,
                               std::uint32_t index,
                               std::uint64_t particle) const {
  return RandomStream(
      {static_cast<std::uint32_t>(seed_),
       static_cast<std::uint32_t>(seed_ >> 32)},
      {0U,
       static_cast<std::uint32_t>(particle),
       (static_cast<std::uint32_t>(purpose) << 24) | (index & 0xFFFFFFU),
       (pass_ << 22) | (stage_ & 0x3FFFFFU)});
}

}  // namespace ttflow
