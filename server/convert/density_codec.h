// Density codec: a found density <-> numbers in the store.

#ifndef TTFLOW_SERVER_CONVERT_DENSITY_CODEC_H_
#define TTFLOW_SERVER_CONVERT_DENSITY_CODEC_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/density/density.h"
#include "server/convert/model.pb.h"

namespace ttflow::server {

// Writes a Gaussian, Student-t, mixture or squared train, or a sum of such, or
// one of these in the coordinates of a triangular map; a single density is a
// sum of one. CHECK-fails for any other.
void EncodeDensity(const Density& density,
                   internal::convert::StoredDensity& out);

// The inverse: the result draws and evaluates to the same bytes.
// Errors: kDataLoss where shapes do not fit together or to `dimension`, or
// where
//         a number is not finite, or a density not normalised; nothing stored
//         is trusted.
absl::StatusOr<std::shared_ptr<const Density>> DecodeDensity(
    const internal::convert::StoredDensity& in, Index dimension);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_DENSITY_CODEC_H_
