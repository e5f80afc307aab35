// The files of server/storage/schema, built into the program.

#ifndef TTFLOW_SERVER_STORAGE_SQLITE_SCHEMA_H_
#define TTFLOW_SERVER_STORAGE_SQLITE_SCHEMA_H_

#include <span>
#include <string_view>

namespace ttflow::server {

// Element i brings a database from version i to version i + 1. Append, never
// edit: databases in use have run the earlier ones.
std::span<const std::string_view> SchemaMigrations();

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_STORAGE_SQLITE_SCHEMA_H_
