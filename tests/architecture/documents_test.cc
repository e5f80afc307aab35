// The tables of docs/ that follow from the program: options and targets.
//
// Fails where a document has fallen behind, and then
//   TTFLOW_UPDATE_DOCUMENTS=1 build/dev/bin/architecture_documents_test
// writes it anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/sampler/option_table.h"
#include "core/targets/target_registry.h"

namespace ttflow {
namespace {

std::string Text(std::string_view text) { return std::string(text); }

// A cell of a table: no bar may end it early.
std::string Cell(std::string_view text) {
  return absl::StrReplaceAll(Text(text), {{"|", "\\|"}, {"\n", " "}});
}

std::string RangeText(const OptionRow& row) {
  switch (row.type) {
    case OptionType::kChoice: {
      std::vector<std::string> names;
      for (const std::string_view name : row.choices)
        names.push_back(absl::StrCat("`", Text(name), "`"));
      return absl::StrJoin(names, ", ");
    }
    case OptionType::kBoolean:
      return "`true`, `false`";
    case OptionType::kInteger:
    case OptionType::kReal:
    case OptionType::kRealList:
      return absl::StrCat(row.minimum, " to ", row.maximum);
  }
  return "";
}

std::string OptionsDocument() {
  std::string text =
      "# Options\n"
      "\n"
      "Nobody should have to set any. `--set path=value` on the command line, "
      "or "
      "the same path\n"
      "in `sample.options` of a job. This table follows from "
      "`core/sampler/option_table.cc`.\n"
      "\n"
      "| path | default | range | meaning |\n"
      "|---|---|---|---|\n";
  const SamplerOptions defaults;
  for (const OptionRow& row : OptionTable()) {
    absl::StrAppend(
        &text,
        "| `",
        Text(row.path),
        "` | ",
        OptionValueText(row, defaults),
        " | ",
        RangeText(row),
        " | ",
        Cell(row.description),
        row.unit.empty() ? "" : absl::StrCat(" (unit: ", Text(row.unit), ")"),
        " |\n");
  }
  return text;
}

std::string DimensionText(const TargetSchema& schema) {
  std::string text = absl::StrCat(schema.minimum_dimension);
  if (schema.maximum_dimension == 0) {
    absl::StrAppend(&text, " or more");
  } else if (schema.maximum_dimension != schema.minimum_dimension) {
    absl::StrAppend(&text, " to ", schema.maximum_dimension);
  }
  if (schema.dimension_multiple > 1)
    absl::StrAppend(&text, ", a multiple of ", schema.dimension_multiple);
  if (schema.default_dimension > 0 &&
      schema.maximum_dimension != schema.minimum_dimension)
    absl::StrAppend(&text, " (default ", schema.default_dimension, ")");
  return text;
}

std::string TargetsDocument() {
  std::string text =
      "# Targets\n"
      "\n"
      "The built-in energies, as `ttflow targets` lists them: `--target NAME "
      "[--dim D]\n"
      "[--param key=value ...]`. This page follows from "
      "`core/targets/target_registry.cc`.\n";
  for (const TargetSchema& schema : TargetSchemas()) {
    absl::StrAppend(
        &text, "\n## ", schema.name, "\n\n", schema.description, "\n\n");
    absl::StrAppend(&text, "- dimension: ", DimensionText(schema), "\n");
    absl::StrAppend(&text,
                    "- log Z known: ",
                    schema.has_exact_evidence ? "yes" : "no",
                    "; exact samples: ",
                    schema.has_exact_sampler ? "yes" : "no",
                    "\n");
    if (schema.parameters.empty()) continue;
    absl::StrAppend(
        &text,
        "\n| parameter | default | range | meaning |\n|---|---|---|---|\n");
    for (const ParameterSchema& parameter : schema.parameters) {
      absl::StrAppend(&text,
                      "| `",
                      parameter.name,
                      "` | ",
                      parameter.required
                          ? "required"
                          : (parameter.default_value
                                 ? absl::StrCat(*parameter.default_value)
                                 : ""),
                      " | ",
                      parameter.minimum,
                      " to ",
                      parameter.maximum,
                      " | ",
                      Cell(parameter.description),
                      " |\n");
    }
  }
  return text;
}

void ExpectDocument(const std::string& name, const std::string& expected) {
  const std::string path = absl::StrCat(TTFLOW_SOURCE_FOLDER, "/docs/", name);
  if (std::getenv("TTFLOW_UPDATE_DOCUMENTS") != nullptr) {
    std::ofstream(path) << expected;
    return;
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), expected)
      << "docs/" << name << " has fallen behind; see the head of this test";
}

TEST(Documents, OptionsFollowFromTheTable) {
  ExpectDocument("options.md", OptionsDocument());
}

TEST(Documents, TargetsFollowFromTheRegistry) {
  ExpectDocument("targets.md", TargetsDocument());
}

// What the tables are made of must be there at all.
TEST(Documents, TablesAreNotEmpty) {
  EXPECT_GT(OptionTable().size(), 10u);
  EXPECT_GT(TargetSchemas().size(), 5u);
}

}  // namespace
}  // namespace ttflow
