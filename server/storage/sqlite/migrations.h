// Migrations: bring a database's schema up to this program's.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_MIGRATIONS_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_MIGRATIONS_H_

#include "absl/status/status.h"
#include "server/storage/sqlite/connection.h"

namespace ttflow::server {

// Applies the migrations that the database has not seen, each in a transaction
// of its own, and notes them in the table schema_migrations. Errors:
// kFailedPrecondition (STORE_FAILED) for a database of a newer program.
absl::Status Migrate(Connection& connection);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_MIGRATIONS_H_
