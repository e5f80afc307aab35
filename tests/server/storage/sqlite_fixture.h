// SQLite under the conformance kit of the stores.

#ifndef TTFLOW_TESTS_SERVER_STORAGE_SQLITE_FIXTURE_H_
#define TTFLOW_TESTS_SERVER_STORAGE_SQLITE_FIXTURE_H_

#include <memory>

#include "tests/conformance/job_store_conformance.h"

namespace ttflow::server {

// Returns a fixture on an empty database in a temporary directory.
std::unique_ptr<DatabaseFixture> MakeSqliteFixture();

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_SERVER_STORAGE_SQLITE_FIXTURE_H_
