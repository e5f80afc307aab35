#include "server/convert/enum_converter.h"

#include <utility>

namespace ttflow::server {
namespace {

template <typename Proto, typename Core>
struct Pair {
  Proto proto;
  Core core;
};

constexpr Pair<v1::BaseKind, BaseKind> kBaseKinds[] = {
    {v1::BASE_KIND_AUTO, BaseKind::kAuto},
    {v1::BASE_KIND_GAUSSIAN, BaseKind::kGaussian},
    {v1::BASE_KIND_STUDENT_T, BaseKind::kStudentT},
};
constexpr Pair<v1::ResamplingScheme, ResamplingScheme> kResamplingSchemes[] = {
    {v1::RESAMPLING_SCHEME_SYSTEMATIC, ResamplingScheme::kSystematic},
    {v1::RESAMPLING_SCHEME_STRATIFIED, ResamplingScheme::kStratified},
    {v1::RESAMPLING_SCHEME_RESIDUAL, ResamplingScheme::kResidual},
    {v1::RESAMPLING_SCHEME_MULTINOMIAL, ResamplingScheme::kMultinomial},
};
constexpr Pair<v1::MoveKind, MoveChoice> kMoveKinds[] = {
    {v1::MOVE_KIND_AUTO, MoveChoice::kAuto},
    {v1::MOVE_KIND_MALA, MoveChoice::kMala},
    {v1::MOVE_KIND_HMC, MoveChoice::kHmc},
    {v1::MOVE_KIND_NONE, MoveChoice::kNone},
};
constexpr Pair<v1::FlowMode, FlowMode> kFlowModes[] = {
    {v1::FLOW_MODE_AUTO, FlowMode::kAuto},
    {v1::FLOW_MODE_ON, FlowMode::kOn},
    {v1::FLOW_MODE_OFF, FlowMode::kOff},
};
constexpr Pair<v1::CoordinateKind, CoordinateKind> kCoordinateKinds[] = {
    {v1::COORDINATE_KIND_AUTO, CoordinateKind::kAuto},
    {v1::COORDINATE_KIND_DIAGONAL, CoordinateKind::kDiagonal},
    {v1::COORDINATE_KIND_WHITENED, CoordinateKind::kWhitened},
};
constexpr Pair<v1::BasisFamily, BasisFamily> kBasisFamilies[] = {
    {v1::BASIS_FAMILY_FOURIER_EXTENSION, BasisFamily::kFourierExtension},
    {v1::BASIS_FAMILY_PURE_FOURIER, BasisFamily::kPureFourier},
    {v1::BASIS_FAMILY_LEGENDRE, BasisFamily::kLegendre},
    {v1::BASIS_FAMILY_CHEBYSHEV, BasisFamily::kChebyshev},
    {v1::BASIS_FAMILY_BSPLINE, BasisFamily::kBSpline},
    {v1::BASIS_FAMILY_WAVELET, BasisFamily::kWavelet},
};
constexpr Pair<v1::InnerProduct, InnerProduct> kInnerProducts[] = {
    {v1::INNER_PRODUCT_H2, InnerProduct::kH2},
    {v1::INNER_PRODUCT_L2, InnerProduct::kL2},
};
constexpr Pair<v1::DensityMode, DensityMode> kDensityModes[] = {
    {v1::DENSITY_MODE_AUTO, DensityMode::kAuto},
    {v1::DENSITY_MODE_ON, DensityMode::kOn},
    {v1::DENSITY_MODE_OFF, DensityMode::kOff},
};
constexpr Pair<v1::VelocityForm, VelocityForm> kVelocityForms[] = {
    {v1::VELOCITY_FORM_PARTS, VelocityForm::kParts},
    {v1::VELOCITY_FORM_TRAIN, VelocityForm::kTrain},
    {v1::VELOCITY_FORM_COMPONENTS, VelocityForm::kComponents},
};
constexpr Pair<v1::RankRule, RankRule> kRankRules[] = {
    {v1::RANK_RULE_EMA, RankRule::kEma},
    {v1::RANK_RULE_RESIDUAL, RankRule::kResidual},
    {v1::RANK_RULE_AMEN, RankRule::kAmen},
};

template <typename Proto, typename Core, std::size_t size>
bool FromTable(const Pair<Proto, Core> (&table)[size],
               Proto proto,
               Core& core) {
  if (proto == Proto{}) return true;  // UNSPECIFIED
  for (const auto& pair : table) {
    if (pair.proto == proto) {
      core = pair.core;
      return true;
    }
  }
  return false;
}

template <typename Proto, typename Core, std::size_t size>
Proto ToTable(const Pair<Proto, Core> (&table)[size], Core core) {
  for (const auto& pair : table) {
    if (pair.core == core) return pair.proto;
  }
  return Proto{};
}

}  // namespace

bool EnumFromProto(v1::BaseKind proto, BaseKind& core) {
  return FromTable(kBaseKinds, proto, core);
}
bool EnumFromProto(v1::ResamplingScheme proto, ResamplingScheme& core) {
  return FromTable(kResamplingSchemes, proto, core);
}
bool EnumFromProto(v1::MoveKind proto, MoveChoice& core) {
  return FromTable(kMoveKinds, proto, core);
}
bool EnumFromProto(v1::FlowMode proto, FlowMode& core) {
  return FromTable(kFlowModes, proto, core);
}
bool EnumFromProto(v1::CoordinateKind proto, CoordinateKind& core) {
  return FromTable(kCoordinateKinds, proto, core);
}
bool EnumFromProto(v1::BasisFamily proto, BasisFamily& core) {
  return FromTable(kBasisFamilies, proto, core);
}
bool EnumFromProto(v1::InnerProduct proto, InnerProduct& core) {
  return FromTable(kInnerProducts, proto, core);
}
bool EnumFromProto(v1::VelocityForm proto, VelocityForm& core) {
  return FromTable(kVelocityForms, proto, core);
}
bool EnumFromProto(v1::RankRule proto, RankRule& core) {
  return FromTable(kRankRules, proto, core);
}
bool EnumFromProto(v1::DensityMode proto, DensityMode& core) {
  return FromTable(kDensityModes, proto, core);
}

v1::BaseKind EnumToProto(BaseKind core) { return ToTable(kBaseKinds, core); }
v1::ResamplingScheme EnumToProto(ResamplingScheme core) {
  return ToTable(kResamplingSchemes, core);
}
v1::MoveKind EnumToProto(MoveChoice core) { return ToTable(kMoveKinds, core); }
v1::FlowMode EnumToProto(FlowMode core) { return ToTable(kFlowModes, core); }
v1::CoordinateKind EnumToProto(CoordinateKind core) {
  return ToTable(kCoordinateKinds, core);
}
v1::BasisFamily EnumToProto(BasisFamily core) {
  return ToTable(kBasisFamilies, core);
}
v1::InnerProduct EnumToProto(InnerProduct core) {
  return ToTable(kInnerProducts, core);
}
v1::VelocityForm EnumToProto(VelocityForm core) {
  return ToTable(kVelocityForms, core);
}
v1::RankRule EnumToProto(RankRule core) { return ToTable(kRankRules, core); }
v1::DensityMode EnumToProto(DensityMode core) {
  return ToTable(kDensityModes, core);
}

}  // namespace ttflow::server
