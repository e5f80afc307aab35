#include "server/convert/coordinates_codec.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "server/convert/velocity_codec.h"

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

void EncodeMap(
    const TriangularMap& map,
    google::protobuf::RepeatedPtrField<internal::convert::StoredTriangularStep>&
        out) {
  for (const TriangularStep& step : map.steps()) {
    internal::convert::StoredTriangularStep& added = *out.Add();
    added.set_coordinate(static_cast<std::int32_t>(step.coordinate));
    added.set_driver(static_cast<std::int32_t>(step.driver));
    EncodeNumbers(step.knots, *added.mutable_knots());
    EncodeNumbers(step.log_scale, *added.mutable_log_scale());
    EncodeNumbers(step.offset, *added.mutable_offset());
    for (const Index parent : step.parents) {
      added.add_parents(static_cast<std::int32_t>(parent));
    }
    EncodeNumbers(step.slope, *added.mutable_slope());
  }
}

std::optional<TriangularMap> DecodeMap(
    const google::protobuf::RepeatedPtrField<
        internal::convert::StoredTriangularStep>& in,
    Index dimension) {
  std::vector<TriangularStep> steps;
  for (const internal::convert::StoredTriangularStep& stored : in) {
    TriangularStep step;
    step.coordinate = stored.coordinate();
    step.driver = stored.driver();
    step.knots = DecodeVector(stored.knots());
    step.log_scale = DecodeVector(stored.log_scale());
    step.offset = DecodeVector(stored.offset());
    step.parents.assign(stored.parents().begin(), stored.parents().end());
    const Vector slope = DecodeVector(stored.slope());
    if (slope.size() != step.knots.size() * stored.parents_size()) {
      return std::nullopt;
    }
    step.slope = Eigen::Map<const Matrix>(
        slope.data(), step.knots.size(), stored.parents_size());
    steps.push_back(std::move(step));
  }
  if (!TriangularMap::AreTriangular(dimension, steps)) return std::nullopt;
  return TriangularMap(dimension, std::move(steps));
}

}  // namespace ttflow::server
