// Conformance kit of the stores: what every Database must do.
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseConformance,
//                            testing::Values(&MakeSqliteFixture));
//
// A new implementation adds a fixture and one such line.

#ifndef TTFLOW_TESTS_CONFORMANCE_JOB_STORE_CONFORMANCE_H_
#define TTFLOW_TESTS_CONFORMANCE_JOB_STORE_CONFORMANCE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/database.h"
#include "server/storage/store_error.h"

namespace ttflow::server {

// One database under test.
class DatabaseFixture {
 public:
  virtual ~DatabaseFixture() = default;

  virtual Database& database() = 0;
  // Closes and opens it again, as a restarted server does.
  virtual void Reopen() = 0;
  // Changes one stored byte of the job's samples, behind the store's back.
  virtual void DamageSamples(const std::string& job_id) = 0;
  // Moves the store's clock forward.
  virtual void Advance(absl::Duration duration) = 0;
};

using DatabaseFixtureFactory = std::unique_ptr<DatabaseFixture> (*)();

// A table whose value at (row, column) is row + column / 100.
inline RowSource MakeRows(std::int64_t rows, std::int64_t columns) {
  return {.rows = rows,
          .columns = columns,
          .fill = [columns](std::int64_t first,
                            std::int64_t count,
                            std::span<double> out) {
            for (std::int64_t i = 0; i < count * columns; ++i) {
              const std::int64_t row = first + i / columns;
              out[static_cast<std::size_t>(i)] =
                  static_cast<double>(row) +
                  static_cast<double>(i % columns) / 100;
            }
          }};
}

class DatabaseConformance
    : public testing::TestWithParam<DatabaseFixtureFactory> {
 protected:
  static constexpr std::int64_t kNoLimit = 1000;

  Database& database() { return fixture_->database(); }
  JobStore& jobs() { return database().jobs(); }

  JobRecord Create(const std::string& spec) {
    auto created = jobs().Create({.spec = spec}, kNoLimit);
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->first : JobRecord();
  }

  // Claims the next job, which must exist.
  JobRecord ClaimOne() {
    auto claimed = jobs().ClaimNext();
    EXPECT_TRUE(claimed.ok()) << claimed.status();
    EXPECT_TRUE(claimed.ok() && claimed->has_value());
    return claimed.ok() && claimed->has_value() ? **claimed : JobRecord();
  }

  static Claim ClaimOf(const JobRecord& job) { return {job.id, job.attempt}; }

  JobRecord Get(const std::string& id) {
    auto job = jobs().Get(id);
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? *job : JobRecord();
  }

  static Completion MakeCompletion(std::int64_t rows, std::int64_t columns) {
    return {.result = "result",
            .samples = MakeRows(rows, columns),
            .particles = MakeRows(rows / 2, columns),
            .log_weights = MakeRows(rows / 2, 1),
            .flow = NewFlow{.model = std::string("model\0bytes", 11),
                            .target = "target",
                            .dimension = columns,
                            .num_stages = 7}};
  }

  std::unique_ptr<DatabaseFixture> fixture_ = GetParam()();
};

#define EXPECT_REASON(expression, expected) \
  EXPECT_EQ(ReasonOf(expression), expected) << (expression)

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_CONFORMANCE_JOB_STORE_CONFORMANCE_H_
