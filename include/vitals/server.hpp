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

/// Whether connections begin with a PROXY protocol header, version 1 or 2:
/// https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt. Never a guess: who may choose can deceive.
///
/// HAProxy sends one to a server that has `send-proxy` or `send-proxy-v2`, and with its health checks, too, unless they
/// go to another port or address: these need `check-send-proxy`. A Network Load Balancer of AWS sends one with all
/// connections, health checks included, if its target group has `proxy_protocol_v2.enabled`. A kubelet sends none, so
/// its probes need a server without it.
enum class ProxyProtocol {
  off,       ///< No connection has one; a header is a malformed request (400).
  required,  ///< Each connection has one; others are closed without an answer.
};

struct HealthServerOptions {
  /// Where to listen:
  ///
  /// - A numeric IP address. "::" is every address, of IPv4 too, and falls back to "0.0.0.0" where the machine has no
  ///   IPv6.
  /// - "unix:/run/app/health.sock": a UNIX socket whose file has this absolute path, at most 107 bytes. start()
  ///   replaces a dead server's file, and fails if another one listens on it or if it isn't a socket. stop() removes
  ///   it. The lock file beside it, `health.sock.lock`, keeps a second server out; it is never removed.
  /// - "unix:@health": a name in Linux's abstract namespace, at most 107 bytes. It has no file and no permissions:
  ///   every process of the network namespace may connect. While a child of fork() has a copy of it, the name stays
  ///   taken. `abns@` of HAProxy 2.6 finds only names of 107 bytes: it fills shorter ones up with zeros.
  /// - "systemd:health": the listening TCP or UNIX socket that the process has inherited under this name, as described
  ///   in sd_listen_fds(3); one without a name is called "unknown". stop() closes a duplicate only: clients may still
  ///   connect, and wait for the next start(). The socket becomes non-blocking for everyone who shares it.
  std::string address = "::";
  /// 0 to 65535; 0 picks a free port: see port(). Ignored unless `address` is an IP address.
  std::uint16_t port = 8080;
  /// Paths and details.
  EndpointOptions endpoint = {};
  /// Takes trouble after start, such as running out of file descriptors; empty: a line on standard error.
  LogFunction log = {};
  /// Most bytes of a request's head, 256 to 65536; a longer one gets 431.
  std::size_t max_head_size = 8192;
  /// How long a request's head may take from its first byte, 100 ms to 10 min; then 408.
  Duration head_timeout = std::chrono::seconds{10};
  /// How long a connection may stay without a request after an answer, 100 ms to 1 h; then it is closed. Longer than a
  /// load balancer keeps one (60 s at AWS), so that it isn't closed just as the balancer sends its next request.
  Duration idle_timeout = std::chrono::seconds{75};
  /// Most connections that stay open at a time, 8 to 100000; one that is answered and closed at once needs no place. An
  /// eighth of them is a reserve for newcomers: beyond it, a connection makes room. It is one of the remote address
  /// that has most connections, if that has several; loopback addresses are never blamed for theirs. Of those, it is
  /// the one that has been idle for longest; if none is idle, one that lingers, the oldest unfinished head, or a peer
  /// that doesn't read its answer. So clients that only connect can't block a probe.
  std::size_t max_connections = 512;
  /// Most bytes of a request's target, 64 to 65536; a longer one gets 414.
  std::size_t max_target_size = 4096;
  /// Most header fields of a request, 4 to 1000; more get 431. Envoy forwards up to 100 by default.
  std::size_t max_header_fields = 100;
  /// How long a new connection may take to its first byte, 100 ms to 10 min; then it is closed. Where the kernel can
  /// (TCP_DEFER_ACCEPT, with SYN cookies on), a silent connection is accepted, and this starts, only after one second.
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
  /// Whether a proxy announces itself at the beginning of each connection. Set it on both sides, or neither. The header
  /// counts as a part of the first head for `head_timeout`. Its addresses decide nothing here, and aren't logged.
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  /// How long a connection may be kept, 100 ms to 24 h; its next answer after that carries `Connection: close`. So
  /// clients behind a load balancer or a DNS name find instances that came later.
  Duration max_connection_age = std::chrono::hours{1};
  /// The permissions of a UNIX socket's file, 0 to 0777, whatever the umask: who may write to it may connect. If the
  /// owner may not, only root can replace the file of a dead server.
  unsigned unix_mode = 0660;
};

/// How often each limit of a server has been met since it was made. A request that is refused is answered, and its
/// connection closed. src/server/README.md lists what is refused.
struct LimitCounts {
  std::uint64_t malformed = 0;      ///< Requests refused with 400 or 505.
  std::uint64_t long_targets = 0;   ///< With 414.
  std::uint64_t long_heads = 0;     ///< With 431, for their bytes.
  std::uint64_t many_fields = 0;    ///< With 431, for their header fields.
  std::uint64_t slow_heads = 0;     ///< With 408, or within a PROXY protocol header.
  std::uint64_t silent = 0;         ///< Connections closed that never sent a byte.
  std::uint64_t idle = 0;           ///< Connections closed that were idle for too long.
  std::uint64_t slow_readers = 0;   ///< Connections closed whose peer didn't read its answer.
  std::uint64_t made_room = 0;      ///< Connections closed because another one wanted their place.
  std::uint64_t not_accepted = 0;   ///< Times that there was no descriptor, no memory or no place, or accept() failed.
  std::uint64_t proxy_headers = 0;  ///< Connections closed whose PROXY protocol header was missing or malformed.
  std::uint64_t old = 0;            ///< Connections closed for their age, behind an answer.
  std::uint64_t cut_off = 0;        ///< Connections closed 2 s or 1 MiB after their last answer, before their peer did.
  std::uint64_t out_of_memory = 0;  ///< Connections closed because there was no memory to go on.
};

/// Answers the probes of a registry over HTTP/1.1, on a thread of its own.
///
/// @code
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();                       // throws std::system_error naming address and port if it can't bind
/// @endcode
///
/// Each answer comes within the registry's answer budget, whatever the checks do. The paths are those of
/// EndpointOptions; every other path is 404. `OPTIONS *` is answered as OPTIONS of the first readiness path. Starting
/// it also runs the checks, as a Runner does.
///
/// @par Thread safety  Distinct objects: safe, also two on one registry. Shared objects: safe; the destructor isn't.
/// @par Lifetime       Keeps the registry's state alive.
/// @par fork()         A child may exec, exit, or stop and destroy its copies: the parent's service goes on untouched.
///                     A started server and its checks don't run in a child, so daemon(3) comes before start().
///                     A child that serves makes or starts objects of its own.
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
  /// @throws std::system_error  naming the address if it can't listen; Errc::already_started if it runs.
  void start();
  /// The same, with the error in `error` instead of thrown; cleared on success.
  void start(std::error_code& error);

  /// Closes the listener and all connections and joins the server's thread. Never waits for a check. Idempotent, from
  /// any thread, also inside a check.
  void stop() noexcept;

  /// Goes on answering for `duration` (0 to 1 h) while load balancers notice that readiness has failed: the step
  /// between HealthRegistry::begin_shutdown() and stop(). It only waits. Ends early when stop() is called; returns at
  /// once if the server isn't running.
  /// @throws std::invalid_argument  if the duration is out of range.
  void drain(Duration duration);

  /// The port that is listened on, also if 0 was asked for; 0 while the server isn't running, and on a UNIX socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Each limit that is met is also logged, at most once a minute, but for the usual ends of kept connections: `idle`,
  /// `old` and `cut_off`.
  [[nodiscard]] LimitCounts limit_counts() const noexcept;

 private:
  std::shared_ptr<detail::ServerCore> core_;
};

}  // namespace vitals::inline v1

#endif
