#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <vitals/export.hpp>
#include <vitals/status.hpp>

/// gRPC's health checking protocol (grpc.health.v1). Link vitals::grpc.

namespace grpc {
class ServerBuilder;
}

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
struct GrpcHealthParts;
}

/// A service that clients may ask for, and what it shows.
struct GrpcHealthName {
  /// What clients ask for, by convention the full name of a service: "notes.v1.Notes". At most 200 bytes of UTF-8.
  std::string name = {};
  /// A probe, or a check by its name. While no check of that name is registered, the service is unknown.
  std::variant<Probe, std::string> shows = Probe::readiness;
};

struct GrpcHealthOptions {
  /// At most 100, beside those that every GrpcHealthService has. A name that is already taken is refused.
  std::vector<GrpcHealthName> names = {};
};

/// Answers gRPC health checks on a server of the application.
///
/// @code
/// vitals::GrpcHealthService grpc_health{health, {.names = {{"notes.v1.Notes", vitals::Probe::readiness},
///                                                          {"notes.v1.Export", "export-db"}}}};
/// grpc::ServerBuilder builder;
/// grpc_health.add_to(builder);
/// const auto server = builder.AddListeningPort(...).RegisterService(&notes).BuildAndStart();
/// ...
/// grpc_health.shutdown();          // ends the Watch calls, for which Shutdown() would wait
/// server->Shutdown(deadline);
/// @endcode
///
/// Every server has the services "" and "readiness" (readiness), "liveness" and "startup". SERVING means that the probe
/// or the check doesn't fail. From HealthRegistry::begin_shutdown() on, readiness and each readiness check are
/// NOT_SERVING. Liveness stays what it was until RegistryOptions::shutdown_limit, so that a kubelet's probe of
/// "liveness" doesn't kill a service that drains.
///
/// - Check starts the runs that it needs and waits for them within the answer budget, as a probe by HTTP does. A
///   service that isn't known is NOT_FOUND.
/// - Watch sends the present status, and then the latest one whenever it differs from the last that was sent. A service that isn't known is SERVICE_UNKNOWN until it is; the stream stays open.
/// - List has the services that are known.
///
/// Everything runs on gRPC's threads. The checks need a Runner or a server, as always. Whoever can reach the port learns the status of each service, and nothing
/// else.
///
/// The messages are read and written by hand, so an application may have code generated from health.proto beside it.
/// Protocol: https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, except for the destructor.
/// @par Lifetime       Must outlive the servers that it was added to; may outlive the registry: every service is NOT_SERVING then.
/// @par fork()         As with gRPC itself, create it after fork().
class VITALS_EXPORT GrpcHealthService {
 public:
  /// @throws std::invalid_argument  naming the service and the rule: a name is given twice, is too long or isn't UTF-8;
  ///                                a check's name is malformed; there are too many.
  [[nodiscard]] explicit GrpcHealthService(HealthRegistry& health,  // no match? Name it: GrpcHealthOptions{...}
                                           const GrpcHealthOptions& options = {});
  GrpcHealthService(const GrpcHealthService&) = delete;
  GrpcHealthService& operator=(const GrpcHealthService&) = delete;
  ~GrpcHealthService();

  /// Registers the service with a server that is being built, and turns gRPC's own health service off for that server.
  /// If another service for grpc.health.v1.Health is registered, BuildAndStart() returns null, and gRPC logs a
  /// duplicate registration.
  void add_to(grpc::ServerBuilder& builder);

  /// From now on every known service is NOT_SERVING. Each Watch ends with UNAVAILABLE, after NOT_SERVING unless that was
  /// its last message; new ones end without a message. Call it when the service stops, not when it begins to drain, and
  /// before grpc::Server::Shutdown(). The stream of a client that doesn't read stays open until the deadline that you
  /// pass to it.
  void shutdown() noexcept;

 private:
  std::unique_ptr<detail::GrpcHealthParts> parts_;
};

}  // namespace vitals::inline v1

#endif
