// Sizes of tests under a sanitizer, which makes numerical loops 5 to 50 times
// slower.

#ifndef TTFLOW_TESTS_SANITIZERS_H_
#define TTFLOW_TESTS_SANITIZERS_H_

namespace ttflow {

// Whether this build runs under the address or the thread sanitizer. GCC's
// macros or Clang's features; the undefined behaviour sanitizer alone is not
// seen, and costs little.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// `full` in a plain build, `reduced` under a sanitizer: for sizes that the
// claim of a test does not need in order to touch every line and every race.
template <typename T>
constexpr T SanitizedSize(T full, T reduced) {
  return kSanitized ? reduced : full;
}

}  // namespace ttflow

#endif  // TTFLOW_TESTS_SANITIZERS_H_
