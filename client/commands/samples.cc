// ttflow samples: the points of a finished job, as NPY, CSV or JSON.

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "client/commands/commands.h"
#include "client/connection/sample_reader.h"
#include "client/errors/client_error.h"
#include "client/output/atomic_file.h"
#include "client/output/npy.h"
#include "core/foundation/status_macros.h"

namespace ttflow::client {
namespace {

struct SamplesFlags {
  std::string job;
  std::string file;
  bool particles = false;
  RowRange range;
};

v1::SampleKind Kind(const SamplesFlags& flags) {
  return flags.particles ? v1::SAMPLE_KIND_PARTICLES : v1::SAMPLE_KIND_SAMPLES;
}

// One line a row, 17 digits: the same numbers come back. Particles have their
// log weight in the last column.
std::string CsvRows(const RowBatch& batch) {
  std::string text;
  const auto dimension = static_cast<std::size_t>(batch.dimension);
  for (std::size_t row = 0; row * dimension < batch.values.size(); ++row) {
    const auto values = batch.values.subspan(row * dimension, dimension);
    text += fmt::format("{}", fmt::join(values, ","));
    if (!batch.log_weights.empty())
      text += fmt::format(",{}", batch.log_weights[row]);
    text += '\n';
  }
  return text;
}

std::string CsvHeader(const RowBatch& batch, const v1::Job& job) {
  std::string text;
  for (int k = 0; k < batch.dimension; ++k) {
    if (k > 0) text += ',';
    text += k < job.result().coordinates_size()
                ? job.result().coordinates(k).name()
                : fmt::format("x{}", k + 1);
  }
  return text + (batch.log_weights.empty() ? "\n" : ",log_weight\n");
}

absl::Status WriteNpy(const Connection& connection,
                      const std::string& job,
                      const SamplesFlags& flags,
                      Canceller& canceller) {
  std::optional<NpyWriter> writer;
  TTFLOW_RETURN_IF_ERROR(
      ReadRows(connection,
               job,
               Kind(flags),
               flags.range,
               canceller,
               [&](const RowBatch& batch) -> absl::Status {
                 if (!writer) {
                   TTFLOW_ASSIGN_OR_RETURN(
                       writer, NpyWriter::Create(flags.file, batch.dimension));
                 }
                 return writer->Append(batch.values);
               }));
  return writer ? writer->Commit()
                : absl::NotFoundError("the job has no rows there");
}

absl::Status WriteCsv(const Connection& connection,
                      const v1::Job& job,
                      const SamplesFlags& flags,
                      Canceller& canceller) {
  std::optional<AtomicFile> file;
  if (!flags.file.empty()) {
    TTFLOW_ASSIGN_OR_RETURN(file, AtomicFile::Create(flags.file));
  }
  bool first = true;
  TTFLOW_RETURN_IF_ERROR(
      ReadRows(connection,
               job.name(),
               Kind(flags),
               flags.range,
               canceller,
               [&](const RowBatch& batch) -> absl::Status {
                 std::string text = first ? CsvHeader(batch, job) : "";
                 first = false;
                 text += CsvRows(batch);
                 if (file) return file->Append(text);
                 std::fwrite(text.data(), 1, text.size(), stdout);
                 return absl::OkStatus();
               }));
  return file ? file->Commit() : absl::OkStatus();
}

// All rows in one message: for --json.
absl::Status PrintJson(const CommandContext& context,
                       const Connection& connection,
                       const std::string& job,
                       const SamplesFlags& flags,
                       Canceller& canceller) {
  v1::ReadSamplesResponse all;
  all.set_offset(flags.range.offset);
  TTFLOW_RETURN_IF_ERROR(ReadRows(
      connection,
      job,
      Kind(flags),
      flags.range,
      canceller,
      [&](const RowBatch& batch) {
        all.set_total_rows(batch.total_rows);
        all.set_dimension(batch.dimension);
        all.mutable_values()->Add(batch.values.begin(), batch.values.end());
        all.mutable_log_weights()->Add(batch.log_weights.begin(),
                                       batch.log_weights.end());
        return absl::OkStatus();
      }));
  if (all.dimension() > 0) all.set_rows(all.values_size() / all.dimension());
  all.set_last(true);
  context.Print(all, "");
  return absl::OkStatus();
}

absl::Status Samples(const CommandContext& context, const SamplesFlags& flags) {
  TTFLOW_ASSIGN_OR_RETURN(ServerAccess access, context.Connect());
  TTFLOW_ASSIGN_OR_RETURN(const std::string name,
                          ResolveJobName(*access.connection, flags.job));
  Canceller canceller;
  if (context.flags.json) {
    return PrintJson(context, *access.connection, name, flags, canceller);
  }
  if (flags.file.ends_with(".npy"))
    return WriteNpy(*access.connection, name, flags, canceller);
  TTFLOW_ASSIGN_OR_RETURN(const v1::Job job, access.connection->GetJob(name));
  return WriteCsv(*access.connection, job, flags, canceller);
}

}  // namespace

void AddSamplesCommand(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<SamplesFlags>();
  CLI::App* const command =
      app.add_subcommand("samples", "Read the samples of a finished job");
  command->add_option("job", flags->job, "Name of the job, or @last")
      ->required();
  command
      ->add_option("-o",
                   flags->file,
                   "File: NPY if it ends with .npy, else CSV; else CSV here")
      ->type_name("FILE");
  command->add_flag(
      "--particles", flags->particles, "The weighted particles instead");
  command->add_option("--offset", flags->range.offset, "First row, from 0")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--limit", flags->range.limit, "Most rows")
      ->check(CLI::PositiveNumber);
  command->callback([flags, &context] {
    context.action = [flags, &context] { return Samples(context, *flags); };
  });
}

}  // namespace ttflow::client
