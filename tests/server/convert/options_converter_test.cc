// Every option is on the wire, in the engine's table, and converted: a field
// that is forgotten in one of the three fails here.

#include "server/convert/options_converter.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/sampler/option_table.h"

namespace ttflow::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Leaf {
  std::string path;
  Message* parent;
  const FieldDescriptor* field;
};

// Visits every leaf; messages on the way come into being.
void ForEachLeaf(Message& message,
                 const std::string& prefix,
                 const std::function<void(const Leaf&)>& visit) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string path = prefix + field->name();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ForEachLeaf(*message.GetReflection()->MutableMessage(&message, field),
                  path + ".",
                  visit);
    } else {
      visit({path, &message, field});
    }
  }
}

const OptionRow* RowOf(const std::string& path) {
  for (const OptionRow& row : OptionTable()) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

// Sets the leaf to a value that is not its default; returns what the option
// table must then read.
std::vector<double> SetOtherValue(const Leaf& leaf, const OptionRow& row) {
  const auto* reflection = leaf.parent->GetReflection();
  const std::vector<double> before = row.values(SamplerOptions());
  switch (leaf.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value = static_cast<std::int32_t>(before[0]) + 7;
      reflection->SetInt32(leaf.parent, leaf.field, value);
      return {static_cast<double>(value)};
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value = static_cast<std::int64_t>(before[0]) + 7;
      reflection->SetInt64(leaf.parent, leaf.field, value);
      return {static_cast<double>(value)};
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (leaf.field->is_repeated()) {
        reflection->AddDouble(leaf.parent, leaf.field, 1.25);
        reflection->AddDouble(leaf.parent, leaf.field, 2.5);
        return {1.25, 2.5};
      }
      reflection->SetDouble(leaf.parent, leaf.field, before[0] + 0.0625);
      return {before[0] + 0.0625};
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(leaf.parent, leaf.field, before[0] == 0);
      return {before[0] == 0 ? 1.0 : 0.0};
    case FieldDescriptor::CPPTYPE_ENUM: {
      // The last of the choices, or the first where that is the default.
      const int last = leaf.field->enum_type()->value_count() - 1;
      const int choice = before[0] == last - 1 ? 1 : last;
      reflection->SetEnumValue(
          leaf.parent,
          leaf.field,
          leaf.field->enum_type()->value(choice)->number());
      return {static_cast<double>(choice - 1)};
    }
    default:
      ADD_FAILURE() << leaf.path << " has a type that options do not have";
      return {};
  }
}

TEST(OptionsConverter, EveryFieldReachesTheEngineAndNoOther) {
  v1::SamplerOptions shape;
  int count = 0;
  ForEachLeaf(shape, "", [&](const Leaf& leaf) {
    ++count;
    const OptionRow* row = RowOf(leaf.path);
    ASSERT_NE(row, nullptr) << leaf.path << " is not in the option table";
    const std::vector<double> expected = SetOtherValue(leaf, *row);
    Violations violations;
    const SamplerOptions core = OptionsFromProto(shape, violations);
    EXPECT_TRUE(violations.empty());
    for (const OptionRow& other : OptionTable()) {
      const auto value = other.values(core);
      if (other.path == leaf.path) {
        EXPECT_EQ(value, expected) << leaf.path;
      } else {
        EXPECT_EQ(value, other.values(SamplerOptions()))
            << leaf.path << " changes " << other.path;
      }
    }
    leaf.parent->GetReflection()->ClearField(leaf.parent, leaf.field);
  });
  EXPECT_EQ(count, static_cast<int>(OptionTable().size()));
}

TEST(OptionsConverter, EveryFieldSurvivesTheWayBack) {
  v1::SamplerOptions proto;
  ForEachLeaf(proto, "", [](const Leaf& leaf) {
    const OptionRow* row = RowOf(leaf.path);
    ASSERT_NE(row, nullptr) << leaf.path;
    SetOtherValue(leaf, *row);
  });
  Violations violations;
  const v1::SamplerOptions back =
      OptionsToProto(OptionsFromProto(proto, violations));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(proto, back))
      << back.DebugString();
}

TEST(OptionsConverter, EveryScalarIsEchoed) {
  v1::SamplerOptions proto = OptionsToProto(SamplerOptions());
  ForEachLeaf(proto, "", [](const Leaf& leaf) {
    if (leaf.field->is_repeated()) return;
    EXPECT_TRUE(
        leaf.parent->GetReflection()->HasField(*leaf.parent, leaf.field))
        << leaf.path;
  });
}

TEST(OptionsConverter, UnsetIsTheDefault) {
  Violations violations;
  const SamplerOptions core = OptionsFromProto({}, violations);
  EXPECT_TRUE(violations.empty());
  for (const OptionRow& row : OptionTable()) {
    EXPECT_EQ(row.values(core), row.values(SamplerOptions())) << row.path;
  }
}

TEST(OptionsConverter, UnknownEnumsAreFaultsEachUnderItsPath) {
  v1::SamplerOptions proto;
  std::vector<std::string> paths;
  ForEachLeaf(proto, "", [&](const Leaf& leaf) {
    if (leaf.field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return;
    leaf.parent->GetReflection()->SetEnumValue(leaf.parent, leaf.field, 99);
    paths.push_back(leaf.path);
  });
  Violations violations;
  OptionsFromProto(proto, violations);
  std::vector<std::string> fields;
  for (const Violation& item : violations.items()) fields.push_back(item.field);
  std::sort(paths.begin(), paths.end());
  std::sort(fields.begin(), fields.end());
  EXPECT_GE(paths.size(), 8u);
  EXPECT_EQ(fields, paths);
}

}  // namespace
}  // namespace ttflow::server
