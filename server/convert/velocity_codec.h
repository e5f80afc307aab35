// Velocity codec: the parts of a stored flow that are made of numbers.

#ifndef TTFLOW_SERVER_CONVERT_VELOCITY_CODEC_H_
#define TTFLOW_SERVER_CONVERT_VELOCITY_CODEC_H_

#include <string>

#include "core/foundation/types.h"
#include "core/transport/velocity.h"
#include "server/convert/model.pb.h"

namespace ttflow::server {

// Writes the entries in memory order: a vector's, a matrix column by column.
void EncodeNumbers(const Matrix& matrix,
                   google::protobuf::RepeatedField<double>& out);
void EncodeNumbers(const Vector& vector,
                   google::protobuf::RepeatedField<double>& out);
Vector DecodeVector(const google::protobuf::RepeatedField<double>& values);

void EncodeCore(const TrainCore& core, internal::convert::StoredCore& out);
// Returns false where the numbers are not as many as the ranks and size say.
bool DecodeCore(const internal::convert::StoredCore& stored, TrainCore& core);

void EncodeVelocity(const Velocity& velocity,
                    internal::convert::StoredVelocity& out);

// Returns false, with `fault` set, where shapes do not fit together or to
// `dimension`. A velocity without any basis is valid: it is empty.
bool DecodeVelocity(const internal::convert::StoredVelocity& stored,
                    Index dimension,
                    Velocity& velocity,
                    std::string& fault);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_VELOCITY_CODEC_H_
