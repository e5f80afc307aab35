// Random numbers by address: counter-based streams keyed by what they are for.
//
// A number depends on (seed, pass, stage, purpose, index, particle) alone, so a
// run gives the same bytes for any number of threads, after a resume, and on
// any replica.
//
//   RandomKey key(seed);
//   RandomKey stage = key.AtStage(pass, stage_number);
//   RandomStream stream = stage.Stream(Purpose::kMove, move_number, particle);
//   double z = stream.Normal();
//
// Source: Salmon, Moraes, Dror, Shaw (2011), Philox4x32-10 (Random123).

#ifndef TTFLOW_CORE_FOUNDATION_RANDOM_H_
#define TTFLOW_CORE_FOUNDATION_RANDOM_H_

#include <array>
#include <cstdint>

namespace ttflow {

// What a random number is for. Values are part of the reproducible output:
// append, never renumber.
enum class Purpose : std::uint8_t {
  kBase = 1,        // draws of a base density
  kMove = 2,        // proposals and acceptances of a move
  kResampling = 3,  // the one uniform of a systematic resampling
  kFold = 4,        // assignment of particles to the folds of a cross-fit
  kFit = 5,         // enrichment directions of a train
  kProbe = 6,       // points of the search for a wide base
  kSample = 7,      // selection of delivered samples
  kExact = 8,       // exact samplers of targets, tests and benchmarks
};

// A stream of independent numbers; cheap to make, a value.
class RandomStream {
 public:
  // Returns 64 random bits.
  std::uint64_t Bits();
  // Returns a uniform number in the open interval (0, 1), 53 bits.
  double Uniform();
  // Returns a standard normal number (Box-Muller; the pair's second is kept).
  double Normal();
  // Returns a gamma variable of shape > 0 and scale 1 (Marsaglia and Tsang
  // 2000).
  double Gamma(double shape);
  // Returns a uniform integer in [0, bound), bound > 0.
  std::uint64_t Below(std::uint64_t bound);

 private:
  friend class RandomKey;
  RandomStream(std::array<std::uint32_t, 2> key,
               std::array<std::uint32_t, 4> counter)
      : key_(key), counter_(counter) {}

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int next_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

// The address of all random numbers of one stage of one run.
class RandomKey {
 public:
  explicit RandomKey(std::uint64_t seed) : seed_(seed) {}

  // Returns the key of stage `stage` (< 2^22) of pass `pass` (< 2^10).
  RandomKey AtStage(std::uint32_t pass, std::uint32_t stage) const;

  // Returns the stream of `purpose`, its `index` (< 2^24: number of the move,
  // of the core, ...) and `particle`.
  RandomStream Stream(Purpose purpose,
                      std::uint32_t index,
                      std::uint64_t particle) const;

  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
  std::uint32_t pass_ = 0;
  std::uint32_t stage_ = 0;
};

}  // namespace ttflow

#endif  // TTFLOW_CORE_FOUNDATION_RANDOM_H_
