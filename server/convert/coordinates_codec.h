// Coordinates codec: coordinates of a stage or a density, and triangular maps,
// <-> numbers in the store.

#ifndef TTFLOW_SERVER_CONVERT_COORDINATES_CODEC_H_
#define TTFLOW_SERVER_CONVERT_COORDINATES_CODEC_H_

#include <optional>

#include "core/coordinates/coordinates.h"
#include "core/coordinates/triangular_map.h"
#include "server/convert/model.pb.h"

namespace ttflow::server {

void EncodeCoordinates(const Coordinates& coordinates,
                       internal::convert::StoredCoordinates& out);

// Returns false where shapes do not fit together or to `dimension`, a number is
// not finite, or a scale is not positive.
bool DecodeCoordinates(const internal::convert::StoredCoordinates& in,
                       Index dimension,
                       Coordinates& coordinates);

void EncodeMap(
    const TriangularMap& map,
    google::protobuf::RepeatedPtrField<internal::convert::StoredTriangularStep>&
        out);

// Returns nothing where the steps are not those of a map of `dimension`.
std::optional<TriangularMap> DecodeMap(
    const google::protobuf::RepeatedPtrField<
        internal::convert::StoredTriangularStep>& in,
    Index dimension);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_COORDINATES_CODEC_H_
