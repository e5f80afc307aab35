#include "tests/integration/test_server.h"

#include <utility>

#include "core/foundation/check.h"
#include "server/storage/sqlite/sqlite_database.h"

namespace ttflow::server {

TestServer::TestServer(const std::function<void(ServerOptions&)>& adjust) {
  options_.listen = {"127.0.0.1:0"};
  options_.data_directory = directory_.path();
  options_.num_threads = 2;
  adjust(options_);
  Restart();
}

void TestServer::Stop() {
  if (server_ != nullptr) {
    server_->Shutdown(absl::Seconds(20));
    server_.reset();
  }
}

void TestServer::Restart() {
  Stop();
  auto started = Server::Start(options_);
  TTFLOW_CHECK(started.ok());
  server_ = *std::move(started);
}

std::unique_ptr<Database> TestServer::OpenStores() const {
  TTFLOW_CHECK(server_ == nullptr);
  auto opened = OpenSqliteDatabase({.directory = directory_.path()});
  TTFLOW_CHECK(opened.ok());
  return *std::move(opened);
}

}  // namespace ttflow::server
