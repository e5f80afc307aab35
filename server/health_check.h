// Health check: what a container's HEALTHCHECK runs.

#ifndef TTFLOW_SERVER_HEALTH_CHECK_H_
#define TTFLOW_SERVER_HEALTH_CHECK_H_

#include <string>

namespace ttflow::server {

// Asks grpc.health.v1.Health at an address that a server listens on ("0.0.0.0"
// and "[::]" are asked on loopback). Returns 0 for SERVING, 1 else, within 5 s;
// says on standard error why.
int CheckHealth(const std::string& listen_address);

}  // namespace ttflow::server

#endif  // TTFLOW_SERVER_HEALTH_CHECK_H_
