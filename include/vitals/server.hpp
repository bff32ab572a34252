#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include <vitals/clock.hpp>
#include <vitals/endpoint.hpp>
#include <vitals/export.hpp>
#include <vitals/runner.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class ServerCore;
}

struct HealthServerOptions {
  /// The numeric IP address to listen on. "::" is every address, of IPv4 too, and falls back to "0.0.0.0" where the
  /// machine has no IPv6.
  std::string address = "::";
  /// 0 to 65535; 0 takes a free one, which port() tells.
  std::uint16_t port = 8080;
  /// Paths and details.
  EndpointOptions endpoint = {};
  /// Takes trouble after start, such as running out of file descriptors; empty: a line on standard error.
  LogFunction log = {};
  /// Most bytes of a request's head, 256 to 65536; a longer one gets 431, a longer target 414.
  std::size_t max_head_size = 8192;
  /// How long a new connection may take to its first byte and a request's head from its first byte, 100 ms to 10 min;
  /// then 408.
  Duration head_timeout = std::chrono::seconds{10};
  /// How long a connection may stay without a request, and a peer may not read its answer, 100 ms to 1 h.
  Duration idle_timeout = std::chrono::seconds{60};
  /// Most connections at a time, 8 to 100000. A further one takes the place of the one that has been idle for longest;
  /// if none is idle, of one that lingers, of the oldest unfinished head, or of a peer that doesn't read its answer. So
  /// nobody who merely connects can keep a probe from its answer.
  std::size_t max_connections = 512;
};

/// Answers the probes of a registry over HTTP/1.1, on a thread of its own.
///
/// @code
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();                       // throws std::system_error naming address and port if it can't bind
/// @endcode
///
/// Each answer comes within the registry's answer budget, whatever the checks do. The paths are those of
/// EndpointOptions; every other path is 404. Starting it also runs the checks, as a Runner does.
///
/// @par Thread safety  Distinct objects: safe, also two on one registry. Shared objects: safe; the destructor isn't.
/// @par Lifetime       Keeps the registry's state alive. Start it after fork().
class VITALS_EXPORT HealthServer {
 public:
  /// Doesn't listen yet.
  /// @throws std::invalid_argument  if an option is malformed or out of range.
  explicit HealthServer(HealthRegistry& registry, HealthServerOptions options = {});
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;
  /// The same as stop().
  ~HealthServer();

  /// Listens, starts the server's thread and runs the checks. After stop() it may be called again.
  /// @throws std::system_error  naming address and port if it can't listen; Errc::already_started if it runs.
  void start();
  /// The same, with the error in `error` instead of thrown; cleared on success.
  void start(std::error_code& error);

  /// Closes the listener and all connections and joins the server's thread. Never waits for a check. Idempotent, from
  /// any thread, also inside a check.
  void stop() noexcept;

  /// Goes on answering for `duration` (0 to 1 h) while load balancers notice that readiness has failed: the step
  /// between HealthRegistry::begin_shutdown() and stop(). Answers ask their peers to close the connection. Ends early
  /// when stop() is called; returns at once if the server isn't running.
  void drain(Duration duration);

  /// The port that is listened on, also if 0 was asked for; 0 while the server isn't running.
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  std::unique_ptr<detail::ServerCore> core_;
};

}  // namespace vitals::inline v1

#endif
