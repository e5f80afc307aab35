// The standard normal distribution function and its inverse.

#ifndef TTFLOW_CORE_MATH_STANDARD_NORMAL_H_
#define TTFLOW_CORE_MATH_STANDARD_NORMAL_H_

namespace ttflow {

// log(2 pi) / 2: minus the log of the standard normal density at zero.
inline constexpr double kHalfLogTwoPi = 0.91893853320467274178;

// Returns P(Z <= x), to full relative accuracy in the lower tail.
double StandardNormalCdf(double x);

// Returns the x with P(Z <= x) = probability, to full accuracy for
// probabilities down to the smallest normal double; -inf at 0, +inf at 1, NaN
// outside [0, 1].
double StandardNormalQuantile(double probability);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_STANDARD_NORMAL_H_
