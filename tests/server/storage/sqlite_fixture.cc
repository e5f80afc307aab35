#include "tests/server/storage/sqlite_fixture.h"

#include <atomic>
#include <string>
#include <utility>

#include "core/foundation/check.h"
#include "server/storage/sqlite/connection.h"
#include "server/storage/sqlite/sqlite_database.h"
#include "tests/server/storage/temporary_directory.h"

namespace ttflow::server {
namespace {

class SqliteFixture final : public DatabaseFixture {
 public:
  SqliteFixture() { Open(); }

  Database& database() override { return *database_; }

  void Reopen() override {
    database_.reset();
    Open();
  }

  void DamageSamples(const std::string& job_id) override {
    auto connection = Connection::Open(directory_.path() + "/ttflow.db",
                                       Connection::Mode::kReadWrite);
    TTFLOW_CHECK(connection.ok());
    // The last byte of the data.
    const absl::Status status =
        (*connection)
            ->Prepare(
                "UPDATE sample_chunks SET data = CAST("
                " substr(data, 1, length(data) - 1) || x'7f' AS BLOB)"
                " WHERE job_id = ?1")
            .BindText(1, job_id)
            .Run();
    TTFLOW_CHECK(status.ok());
  }

  void Advance(absl::Duration duration) override {
    advanced_us_ += absl::ToInt64Microseconds(duration);
  }

 private:
  void Open() {
    auto opened = OpenSqliteDatabase(
        {.directory = directory_.path(), .num_readers = 2, .clock = [this] {
           return absl::FromUnixSeconds(1700000000) +
                  absl::Microseconds(advanced_us_.load());
         }});
    TTFLOW_CHECK(opened.ok());
    database_ = *std::move(opened);
  }

  TemporaryDirectory directory_;
  std::atomic<std::int64_t> advanced_us_{0};
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<DatabaseFixture> MakeSqliteFixture() {
  return std::make_unique<SqliteFixture>();
}

}  // namespace ttflow::server
