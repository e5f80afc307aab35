// Model codec: a trained flow <-> bytes.

#ifndef TTFLOW_SERVER_CONVERT_MODEL_CODEC_H_
#define TTFLOW_SERVER_CONVERT_MODEL_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sampler/model.h"

namespace ttflow::server {

// Returns the model as bytes (server/convert/model.proto). Every double keeps
// its bits; equal models give equal bytes on one build.
std::string EncodeModel(const Model& model);

// The inverse of EncodeModel.
// Errors: kDataLoss where the bytes are no model, or one whose shapes do not
// fit
//         together; a stored model is never trusted.
absl::StatusOr<Model> DecodeModel(std::string_view bytes);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_MODEL_CODEC_H_
