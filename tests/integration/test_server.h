// A real server on a free port with a data directory of its own.

#ifndef TTFLOW_TESTS_INTEGRATION_TEST_SERVER_H_
#define TTFLOW_TESTS_INTEGRATION_TEST_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "server/server.h"
#include "server/storage/database.h"
#include "tests/server/storage/temporary_directory.h"

namespace ttflow::server {

class TestServer {
 public:
  // Options as the test wants them; address, directory and threads are set.
  explicit TestServer(const std::function<void(ServerOptions&)>& adjust =
                          [](ServerOptions&) {});

  // "127.0.0.1:PORT" of the present incarnation.
  const std::string& address() const { return server_->addresses().front(); }

  // Shuts down in good order; the port is closed afterwards.
  void Stop();
  // Starts again on the same data directory; stops before where it runs.
  void Restart();

  // Opens the stores of the stopped server, to prepare or look into them.
  std::unique_ptr<Database> OpenStores() const;

 private:
  TemporaryDirectory directory_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

}  // namespace ttflow::server

#endif  // TTFLOW_TESTS_INTEGRATION_TEST_SERVER_H_
