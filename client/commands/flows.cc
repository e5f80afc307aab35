// ttflow flows: the trained flows that a server keeps.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "client/commands/commands.h"
#include "client/output/number_format.h"
#include "client/output/summary.h"
#include "client/output/table.h"
#include "core/foundation/status_macros.h"
#include "google/protobuf/util/time_util.h"

namespace ttflow::client {
namespace {

struct FlowsFlags {
  std::string flow;
  int limit = 50;
  bool allow_missing = false;
};

std::string TargetName(const v1::TargetSpec& target) {
  v1::JobSpec spec;
  *spec.mutable_sample()->mutable_target() = target;
  return WorkName(spec);
}

std::string FlowsTable(
    const google::protobuf::RepeatedPtrField<v1::Flow>& flows) {
  std::vector<std::vector<std::string>> rows = {{"FLOW",
                                                 "TARGET",
                                                 ">DIM",
                                                 ">STAGES",
                                                 ">PARTICLES",
                                                 ">SIZE",
                                                 "TRAINED BY",
                                                 "CREATED"}};
  for (const v1::Flow& flow : flows) {
    rows.push_back(
        {flow.name(),
         TargetName(flow.target()),
         fmt::format("{}", flow.dimension()),
         fmt::format("{}", flow.num_stages()),
         fmt::format("{}", flow.num_particles()),
         Compact(flow.size_bytes()),
         flow.job(),
         google::protobuf::util::TimeUtil::ToString(flow.create_time())
             .substr(0, 19)});
  }
  return TableText(rows);
}

absl::Status List(const CommandContext& context, const FlowsFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  v1::ListFlowsRequest request;
  v1::ListFlowsResponse all;
  while (all.flows_size() < flags.limit) {
    request.set_page_size(std::min(flags.limit - all.flows_size(), 500));
    TTFLOW_ASSIGN_OR_RETURN(
        const v1::ListFlowsResponse page,
        access.connection->Call(access.connection->flows(),
                                &v1::FlowService::Stub::ListFlows,
                                request));
    all.mutable_flows()->MergeFrom(page.flows());
    all.set_next_page_token(page.next_page_token());
    request.set_page_token(page.next_page_token());
    if (page.next_page_token().empty()) break;
  }
  context.Print(all, FlowsTable(all.flows()));
  return absl::OkStatus();
}

absl::Status Show(const CommandContext& context, const FlowsFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(const v1::Flow flow,
                          access.connection->GetFlow(FlowName(flags.flow)));
  google::protobuf::RepeatedPtrField<v1::Flow> one;
  *one.Add() = flow;
  context.Print(flow, FlowsTable(one));
  return absl::OkStatus();
}

absl::Status Delete(const CommandContext& context, const FlowsFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  v1::DeleteFlowRequest request;
  request.set_name(FlowName(flags.flow));
  request.set_allow_missing(flags.allow_missing);
  TTFLOW_ASSIGN_OR_RETURN(
      const v1::DeleteFlowResponse response,
      access.connection->Call(access.connection->flows(),
                              &v1::FlowService::Stub::DeleteFlow,
                              request));
  context.Print(response, fmt::format("{}  deleted\n", request.name()));
  return absl::OkStatus();
}

}  // namespace

void AddFlowsCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<FlowsFlags>();
  CLI::App* const command =
      app.add_subcommand("flows", "List, show and delete trained flows");
  command->require_subcommand(0, 1);
  command->add_option("--limit", flags->limit, "Most flows to list")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();

  CLI::App* const list =
      command->add_subcommand("list", "List flows, newest first");
  CLI::App* const show = command->add_subcommand("show", "Show a flow");
  show->add_option("flow", flags->flow, "Name of the flow")->required();
  CLI::App* const remove = command->add_subcommand("delete", "Delete a flow");
  remove->add_option("flow", flags->flow, "Name of the flow")->required();
  remove->add_flag("--allow-missing",
                   flags->allow_missing,
                   "No error where it does not exist");

  command->callback([flags, &context, list, show, remove] {
    context.action =
        [flags, &context, show = show->parsed(), remove = remove->parsed()] {
          if (show) return Show(context, *flags);
          if (remove) return Delete(context, *flags);
          return List(context, *flags);
        };
    (void)list;  // the default
  });
}

}  // namespace ttflow::client
