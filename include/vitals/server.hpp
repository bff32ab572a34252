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
  /// Most bytes of a request's head, 256 to 65536; a longer one gets 431.
  std::size_t max_head_size = 8192;
  /// How long a request's head may take from its first byte, 100 ms to 10 min; then 408.
  Duration head_timeout = std::chrono::seconds{10};
  /// How long a connection may stay without a request after an answer, 100 ms to 1 h; then it is closed.
  Duration idle_timeout = std::chrono::seconds{60};
  /// Most connections that stay open at a time, 8 to 100000; one that is answered and closed at once needs no place. An
  /// eighth of them is a reserve for newcomers: beyond it, the one that has been idle for longest makes room; if none
  /// is idle, one that lingers, the oldest unfinished head, or a peer that doesn't read its answer. So nobody who
  /// merely connects can keep a probe from its answer.
  std::size_t max_connections = 512;
  /// Most bytes of a request's target, 64 to 65536; a longer one gets 414.
  std::size_t max_target_size = 4096;
  /// Most header fields of a request, 4 to 1000; more get 431.
  std::size_t max_header_fields = 64;
  /// How long a new connection may take to its first byte, 100 ms to 10 min; then it is closed. Where the kernel can
  /// (TCP_DEFER_ACCEPT), a silent one isn't accepted, and nothing counts, before a second is over.
  Duration first_byte_timeout = std::chrono::seconds{10};
  /// How long a peer may take to read an answer, 100 ms to 10 min; then the connection is closed.
  Duration write_timeout = std::chrono::seconds{10};
  /// Requests of one connection that are answered in a row, 1 to 1000, before the others have their turn.
  std::size_t pipelined_per_turn = 16;
  /// Connections that are accepted in a row, 1 to 1000, before the open ones have their turn.
  std::size_t accepts_per_turn = 64;
  /// Whether the server's thread asks the kernel to run it in short turns (Linux 6.12 and newer, no privilege needed),
  /// so that a probe waits less where others keep the processor busy. False for a process whose seccomp filter ends it
  /// at sched_setattr(2). A HostedServer has no thread, and never asks.
  bool short_time_slice = true;
};

/// How often each limit of a server has been met since it was made. A request whose body, head or target isn't wanted
/// is answered, and its connection closed.
struct LimitCounts {
  std::uint64_t malformed = 0;     ///< Requests refused with 400 or 505.
  std::uint64_t bodies = 0;        ///< With 413: a probe has none.
  std::uint64_t long_targets = 0;  ///< With 414.
  std::uint64_t long_heads = 0;    ///< With 431, for their bytes.
  std::uint64_t many_fields = 0;   ///< With 431, for their header fields.
  std::uint64_t slow_heads = 0;    ///< With 408.
  std::uint64_t silent = 0;        ///< Connections closed that never sent a byte.
  std::uint64_t idle = 0;          ///< Connections closed that were idle for too long.
  std::uint64_t slow_readers = 0;  ///< Connections closed whose peer didn't read its answer.
  std::uint64_t made_room = 0;     ///< Connections closed because another one wanted their place.
  std::uint64_t not_accepted = 0;  ///< Times that there was no descriptor, no memory or no place.
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
  /// between HealthRegistry::begin_shutdown() and stop(). It only waits. Ends early when stop() is called; returns at
  /// once if the server isn't running.
  void drain(Duration duration);

  /// The port that is listened on, also if 0 was asked for; 0 while the server isn't running.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Each limit that is met, but for the end of an idle connection, is also logged, at most once a minute.
  [[nodiscard]] LimitCounts limit_counts() const noexcept;

 private:
  std::shared_ptr<detail::ServerCore> core_;
};

}  // namespace vitals::inline v1

#endif
