// Enum converter: every enum of the options, wire <-> engine.

#ifndef TTFLOW_SERVER_CONVERT_ENUM_CONVERTER_H_
#define TTFLOW_SERVER_CONVERT_ENUM_CONVERTER_H_

#include "core/sampler/sampler_options.h"
#include "ttflow/v1/sampler_options.pb.h"

namespace ttflow::server {

// Set `core` to the engine's value of `proto`; UNSPECIFIED leaves it as it is.
// Return false, and change nothing, for a number that this build does not know.
bool EnumFromProto(v1::BaseKind proto, BaseKind& core);
bool EnumFromProto(v1::ResamplingScheme proto, ResamplingScheme& core);
bool EnumFromProto(v1::MoveKind proto, MoveChoice& core);
bool EnumFromProto(v1::FlowMode proto, FlowMode& core);
bool EnumFromProto(v1::CoordinateKind proto, CoordinateKind& core);
bool EnumFromProto(v1::BasisFamily proto, BasisFamily& core);
bool EnumFromProto(v1::InnerProduct proto, InnerProduct& core);
bool EnumFromProto(v1::VelocityForm proto, VelocityForm& core);
bool EnumFromProto(v1::RankRule proto, RankRule& core);
bool EnumFromProto(v1::DensityMode proto, DensityMode& core);

// The inverses; never UNSPECIFIED for a value that the engine has.
v1::BaseKind EnumToProto(BaseKind core);
v1::ResamplingScheme EnumToProto(ResamplingScheme core);
v1::MoveKind EnumToProto(MoveChoice core);
v1::FlowMode EnumToProto(FlowMode core);
v1::CoordinateKind EnumToProto(CoordinateKind core);
v1::BasisFamily EnumToProto(BasisFamily core);
v1::InnerProduct EnumToProto(InnerProduct core);
v1::VelocityForm EnumToProto(VelocityForm core);
v1::RankRule EnumToProto(RankRule core);
v1::DensityMode EnumToProto(DensityMode core);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_CONVERT_ENUM_CONVERTER_H_
