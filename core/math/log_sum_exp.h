// log(sum exp) and log(mean exp) of log weights, with every infinity defined.

#ifndef TTFLOW_CORE_MATH_LOG_SUM_EXP_H_
#define TTFLOW_CORE_MATH_LOG_SUM_EXP_H_

#include "core/foundation/types.h"

namespace ttflow {

// Returns log(sum_i exp(x_i)), without overflow for finite x.
//
// NaN if any x_i is NaN; else +inf if any is +inf; -inf (a sum of zero) if all
// are -inf or x is empty. The same bytes for any alignment of x.
double LogSumExp(const ConstVectorRef& x);

// The same of two numbers; -inf if both are.
double LogAddExp(double a, double b);

// Returns log((1/n) sum_i exp(x_i)), as LogSumExp; NaN for an empty x, whose
// mean does not exist.
double LogMeanExp(const ConstVectorRef& x);

// Returns the weights exp(x_i) / sum_j exp(x_j), [n], summing to one.
//
// All zero if every x_i is -inf; all NaN if any is NaN or +inf.
Vector NormalizedExp(const ConstVectorRef& x);

}  // namespace ttflow

#endif  // TTFLOW_CORE_MATH_LOG_SUM_EXP_H_
