// SqliteDatabase: the stores in one file of a data directory.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/storage/database.h"
#include "server/storage/sqlite/sqlite_job_store.h"

namespace ttflow::server {

struct SqliteOptions {
  // Made if missing; holds ttflow.db, its log, and the lock. Not on a network
  // file system: SQLite's write-ahead log needs shared memory.
  std::string directory;
  int num_readers = 4;                       // reads at once, >= 1
  Clock clock = [] { return absl::Now(); };  // the store's clock
};

// Opens the data directory, brings the schema up to date, and locks it for as
// long as the database lives. Destroy the database when nobody uses its stores.
// Errors: kFailedPrecondition (STORE_LOCKED; or a database of a newer program),
//         kDataLoss if the file is no database, kInternal.
absl::StatusOr<std::unique_ptr<Database>> OpenSqliteDatabase(
    const SqliteOptions& options);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_
