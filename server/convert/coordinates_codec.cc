#include "server/convert/coordinates_codec.h"

#include "server/convert/potential_codec.h"

namespace ttflow::server {
namespace {

// Reads a square matrix; empty stays empty.
bool DecodeSquare(const google::protobuf::RepeatedField<double>& in,
                  Index dimension,
                  Matrix& out) {
  const Vector values = DecodeVector(in);
  if (values.size() == 0) return true;
  if (values.size() != dimension * dimension || !values.allFinite()) {
    return false;
  }
  out = Eigen::Map<const Matrix>(values.data(), dimension, dimension);
  return true;
}

}  // namespace

void EncodeCoordinates(const Coordinates& coordinates,
                       internal::convert::StoredCoordinates& out) {
  EncodeNumbers(coordinates.center, *out.mutable_center());
  EncodeNumbers(coordinates.scale, *out.mutable_scale());
  EncodeNumbers(coordinates.matrix, *out.mutable_matrix());
  EncodeNumbers(coordinates.inverse, *out.mutable_inverse());
}

bool DecodeCoordinates(const internal::convert::StoredCoordinates& in,
                       Index dimension,
                       Coordinates& coordinates) {
  coordinates = Coordinates();
  coordinates.center = DecodeVector(in.center());
  coordinates.scale = DecodeVector(in.scale());
  if (!DecodeSquare(in.matrix(), dimension, coordinates.matrix) ||
      !DecodeSquare(in.inverse(), dimension, coordinates.inverse) ||
      (coordinates.is_diagonal() && !coordinates.is_orthogonal())) {
    return false;
  }
  return coordinates.center.size() == dimension &&
         coordinates.scale.size() == dimension &&
         coordinates.center.allFinite() && coordinates.scale.allFinite() &&
         (coordinates.scale.array() > 0).all();
}

}  // namespace ttflow::server
