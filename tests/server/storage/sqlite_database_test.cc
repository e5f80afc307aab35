// What SQLite adds to the kit: the file, its settings, its lock and its
// version.

#include "server/storage/sqlite/sqlite_database.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "server/storage/sqlite/connection.h"
#include "server/storage/sqlite/connection_pool.h"
#include "server/storage/sqlite/schema.h"
#include "server/storage/store_error.h"
#include "tests/server/storage/temporary_directory.h"

namespace ttflow::server {
namespace {

class SqliteDatabaseTest : public testing::Test {
 protected:
  std::string DatabasePath() const { return directory_.path() + "/ttflow.db"; }

  std::int64_t Query(const char* sql) {
    auto connection =
        Connection::Open(DatabasePath(), Connection::Mode::kReadWrite);
    EXPECT_TRUE(connection.ok()) << connection.status();
    Statement statement = (*connection)->Prepare(sql);
    const auto row = statement.Step();
    EXPECT_TRUE(row.ok() && *row) << row.status();
    return statement.Int(0);
  }

  TemporaryDirectory directory_;
};

TEST_F(SqliteDatabaseTest, SecondServerOfADirectoryIsRefused) {
  auto first = OpenSqliteDatabase({.directory = directory_.path()});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = OpenSqliteDatabase({.directory = directory_.path()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(second.status()), kStoreLocked);
  first->reset();
  EXPECT_TRUE(OpenSqliteDatabase({.directory = directory_.path()}).ok());
}

TEST_F(SqliteDatabaseTest, MakesMissingDirectories) {
  const std::string deep = directory_.path() + "/a/b";
  EXPECT_TRUE(OpenSqliteDatabase({.directory = deep}).ok());
  EXPECT_EQ(OpenSqliteDatabase({.directory = "/proc/none"}).status().code(),
            absl::StatusCode::kInternal);
}

TEST_F(SqliteDatabaseTest, NotesItsMigrationsAndRunsThemOnce) {
  const auto num_migrations =
      static_cast<std::int64_t>(SchemaMigrations().size());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(OpenSqliteDatabase({.directory = directory_.path()}).ok());
    EXPECT_EQ(Query("SELECT count(*) FROM schema_migrations"), num_migrations);
  }
}

TEST_F(SqliteDatabaseTest, RefusesADatabaseOfANewerProgram) {
  ASSERT_TRUE(OpenSqliteDatabase({.directory = directory_.path()}).ok());
  Query(
      "INSERT INTO schema_migrations (version) VALUES (999) RETURNING version");
  const auto opened = OpenSqliteDatabase({.directory = directory_.path()});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteDatabaseTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(DatabasePath()) << std::string(4096, 'x');
  const auto opened = OpenSqliteDatabase({.directory = directory_.path()});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SqliteDatabaseTest, ConnectionsHaveTheSettingsOfTheProject) {
  auto pool = ConnectionPool::Open(DatabasePath(), 1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const auto pragma = [](Connection& connection, const char* sql) {
    Statement statement = connection.Prepare(sql);
    EXPECT_TRUE(statement.Step().ok());
    return statement.Bytes(0);
  };
  const auto check = [&](Connection& connection) {
    EXPECT_EQ(pragma(connection, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(pragma(connection, "PRAGMA synchronous"), "2") << "FULL";
    EXPECT_EQ(pragma(connection, "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(pragma(connection, "PRAGMA journal_size_limit"), "67108864");
    return absl::OkStatus();
  };
  EXPECT_TRUE((*pool)->Write(check).ok());
  EXPECT_TRUE((*pool)->Read(check).ok());
  EXPECT_FALSE((*pool)
                   ->Read([](Connection& connection) {
                     return connection.Execute("DELETE FROM jobs");
                   })
                   .ok());
}

TEST_F(SqliteDatabaseTest, FailedWriteLeavesNothing) {
  auto pool = ConnectionPool::Open(DatabasePath(), 1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const absl::Status status =
      (*pool)->Write([](Connection& connection) -> absl::Status {
        const absl::Status inserted = connection.Execute(
            "INSERT INTO flows VALUES ('f', 'j', 0, 1, 1, x'00', x'00', 0)");
        EXPECT_TRUE(inserted.ok()) << inserted;
        return absl::AbortedError("after the insert");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Query("SELECT count(*) FROM flows"), 0);
}

// A limit on the file's pages stands for a full disk: SQLite reports both
// alike.
TEST_F(SqliteDatabaseTest, FullDiskIsReportedAndLeavesTheStoreUsable) {
  auto pool = ConnectionPool::Open(DatabasePath(), 1);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const auto insert = [](Connection& connection) {
    return connection.Execute(
        "INSERT INTO flows VALUES ('f', 'j', 0, 1, 1, x'00', "
        "zeroblob(4000000), 0)");
  };
  ASSERT_TRUE((*pool)
                  ->Write([](Connection& connection) {
                    return connection.Execute("PRAGMA max_page_count = 200");
                  })
                  .ok());
  const absl::Status full = (*pool)->Write(insert);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(full), kDiskFull);
  EXPECT_EQ(Query("SELECT count(*) FROM flows"), 0);
  ASSERT_TRUE((*pool)
                  ->Write([](Connection& connection) {
                    return connection.Execute("PRAGMA max_page_count = 100000");
                  })
                  .ok());
  EXPECT_TRUE((*pool)->Write(insert).ok());
}

// A read that stays open across writes keeps the log from being cut: statements
// must be reset as soon as they are out of use.
TEST_F(SqliteDatabaseTest, IdleReadersDoNotHoldTheLog) {
  auto database = OpenSqliteDatabase({.directory = directory_.path()});
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE((*database)->jobs().Create({.spec = "s"}, 10).ok());
  ASSERT_TRUE((*database)->jobs().List({}).ok());
  auto connection =
      Connection::Open(DatabasePath(), Connection::Mode::kReadWrite);
  ASSERT_TRUE(connection.ok());
  Statement checkpoint =
      (*connection)->Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(checkpoint.Step().ok());
  EXPECT_EQ(checkpoint.Int(0), 0) << "somebody holds the log";
}

}  // namespace
}  // namespace ttflow::server
