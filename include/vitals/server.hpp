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
#include <vitals/log.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class ServerCore;
class TransportLayer;
}

/// Whether connections begin with a PROXY protocol header, version 1 or 2:
/// https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt. There is no automatic detection: a client could forge a
/// header.
///
/// HAProxy sends the header to servers with `send-proxy` or `send-proxy-v2`, health checks included; health checks to
/// another port or address need `check-send-proxy`. An AWS Network Load Balancer sends it with every connection if its
/// target group has `proxy_protocol_v2.enabled`. A kubelet sends none: its probes need a server without it.
enum class ProxyProtocol {
  off,       ///< No connection has one; a header is a malformed request (400).
  required,  ///< Every connection has one; others are closed without an answer.
};

/// Where a server listens, what it answers, and its limits.
///
/// @code
/// vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 8080, .endpoint = {.trailing_slash = true}}};
/// @endcode
struct HealthServerOptions {
  /// Where to listen:
  ///
  /// - A numeric IP address. "::" is every address, IPv4 too; without IPv6 it falls back to "0.0.0.0".
  /// - "unix:/run/app/health.sock": a UNIX socket with this absolute path, at most 107 bytes. start() replaces the file
  ///   of a dead server, and fails if another server listens on it or if it isn't a socket. stop() removes it. The lock
  ///   file beside it, `health.sock.lock`, keeps a second server out and is never removed.
  /// - "unix:@health": a name in Linux's abstract namespace, at most 107 bytes. It has no file and no permissions:
  ///   every process in the network namespace may connect. The name stays taken while a child of fork() has a copy.
  ///   HAProxy 2.6 (`abns@`) finds only names of 107 bytes, because it pads shorter ones with zeros.
  /// - "systemd:health": the listening TCP or UNIX socket that the process has inherited under this name, see
  ///   sd_listen_fds(3); a socket without a name is called "unknown". stop() closes only a duplicate: clients may still
  ///   connect, and wait for the next start(). The socket becomes non-blocking for everyone who shares it.
  std::string address = "::";
  /// 0 to 65535; 0 picks a free port: see port(). Ignored unless `address` is an IP address.
  std::uint16_t port = 8080;
  /// Paths and details.
  EndpointOptions endpoint = {};
  /// Receives trouble after start, such as running out of file descriptors; empty: standard error.
  LogFunction log = {};
  /// Longest head of a request in bytes, 256 to 65536; longer ones get 431.
  std::size_t max_head_size = 8192;
  /// How long a request's head may take from its first byte, 100 ms to 10 min; then 408.
  Duration head_timeout = std::chrono::seconds{10};
  /// How long a connection may stay idle after an answer, 100 ms to 1 h; then it is closed. Must be longer than load
  /// balancers keep idle connections (AWS: 60 s): otherwise it may be closed just as the next request arrives.
  Duration idle_timeout = std::chrono::seconds{75};
  /// Most connections kept open, 8 to 100000; one that is answered and closed at once needs no place. One eighth is
  /// reserved for new connections: when only the reserve is left, one connection is closed to make room. It belongs to
  /// the remote address with the most connections, if that has several; loopback addresses don't count. Among those the
  /// longest idle one is closed; if none is idle, one that waits for its peer to close, then the oldest unfinished
  /// head, then a peer that doesn't read its answer. So clients that only connect can't block a probe.
  std::size_t max_connections = 512;
  /// Longest target of a request in bytes, 64 to 65536; longer ones get 414.
  std::size_t max_target_size = 4096;
  /// Most header fields of a request, 4 to 1000; more get 431. Envoy forwards up to 100 by default.
  std::size_t max_header_fields = 100;
  /// How long a new connection may take until its first byte, 100 ms to 10 min; then it is closed. With
  /// TCP_DEFER_ACCEPT (where SYN cookies are on) a silent connection is accepted, and this timeout starts, only after
  /// one second.
  Duration first_byte_timeout = std::chrono::seconds{10};
  /// How long a peer may take to read an answer, 100 ms to 10 min; then the connection is closed.
  Duration write_timeout = std::chrono::seconds{10};
  /// Requests of one connection answered in a row before other connections have their turn, 1 to 1000.
  std::size_t pipelined_per_turn = 16;
  /// Connections accepted in a row before open connections have their turn, 1 to 1000.
  std::size_t accepts_per_turn = 64;
  /// Whether the server's thread asks the kernel for short time slices (Linux 6.12 and newer, no privilege needed), so
  /// that probes wait less on a busy machine. Set it to false if a seccomp filter kills the process at
  /// sched_setattr(2). A HostedServer has no thread and never asks.
  bool short_time_slice = true;
  /// Whether connections begin with a PROXY protocol header; the proxy must be set the same way. For `head_timeout` the
  /// header is part of the first head. Its addresses are neither used nor logged.
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  /// How long a connection may be kept, 100 ms to 24 h; the first answer after that carries `Connection: close`. So
  /// clients behind a load balancer or a DNS name find newer instances.
  Duration max_connection_age = std::chrono::hours{1};
  /// The permissions of a UNIX socket's file, 0 to 0777, whatever the umask: those who may write to it may connect. If
  /// the owner may not, only root can replace the file of a dead server.
  unsigned unix_mode = 0660;
  /// Where Prometheus scrapes the metrics of the registry and of this server; empty: nowhere. As in EndpointOptions.
  TextList metrics_paths = {"/metrics"};
  /// Who may scrape them; others get 404. Series of checks are for callers that may see names: EndpointOptions::names.
  Callers metrics_callers = Callers::anyone;
  /// TLS, made by vitals::tls() of `<vitals/tls.hpp>`; empty: plain HTTP. With `proxy_protocol`, the header comes before
  /// the handshake.
  std::shared_ptr<const detail::TransportLayer> tls = {};
};

/// How often each limit of a server was reached since its construction. A refused request gets an answer, and its
/// connection is closed. src/server/README.md lists what is refused.
struct LimitCounts {
  std::uint64_t malformed = 0;      ///< Requests refused with 400 or 505.
  std::uint64_t long_targets = 0;   ///< With 414.
  std::uint64_t long_heads = 0;     ///< With 431, for their bytes.
  std::uint64_t many_fields = 0;    ///< With 431, for their header fields.
  std::uint64_t slow_heads = 0;     ///< With 408, or while a PROXY protocol header was incomplete.
  std::uint64_t silent = 0;         ///< Connections closed that never sent a byte.
  std::uint64_t idle = 0;           ///< Connections closed that were idle for too long.
  std::uint64_t slow_readers = 0;   ///< Connections closed whose peer didn't read its answer.
  std::uint64_t made_room = 0;      ///< Connections closed to make room for another one.
  std::uint64_t not_accepted = 0;   ///< Failed accepts: no descriptor, memory or place, or an error of accept().
  std::uint64_t proxy_headers = 0;  ///< Connections closed whose PROXY protocol header was missing or malformed.
  std::uint64_t old = 0;            ///< Connections closed for their age, after an answer.
  std::uint64_t cut_off = 0;        ///< Connections closed 2 s or 1 MiB after their last answer, before their peer did.
  std::uint64_t out_of_memory = 0;  ///< Connections closed for lack of memory.
  std::uint64_t slow_handshakes = 0;  ///< Connections closed because their TLS handshake took too long.
  std::uint64_t failed_handshakes =
      0;  ///< TLS handshakes that failed: no common version or cipher, a wrong certificate, no TLS.
  std::uint64_t refused_handshakes = 0;  ///< Beyond TlsOptions::max_handshakes_per_second.
};

/// Answers the probes of a registry over HTTP/1.1, on its own thread.
///
/// @code
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();                       // throws std::system_error naming address and port if it can't bind
/// @endcode
///
/// Every answer comes within the registry's answer budget, whatever the checks do. The paths are those of
/// EndpointOptions; other paths get 404. `OPTIONS *` is answered as OPTIONS of the first readiness path. A started
/// server also runs the checks, as a Runner does.
///
/// @par Thread safety  Distinct objects: safe, also two on one registry. Shared objects: safe; the destructor isn't.
/// @par Lifetime       Keeps the registry's state alive.
/// @par fork()         A child may exec, exit, or stop and destroy its copies: the parent doesn't notice. A started
///                     server and its checks don't run in a child, so call daemon(3) before start(). A child that
///                     serves starts its own objects.
class VITALS_EXPORT HealthServer {
 public:
  /// Doesn't listen yet.
  /// @throws std::invalid_argument  naming the option and the rule, if one is malformed or out of range.
  explicit HealthServer(HealthRegistry& registry,  // no match? Name it: HealthServerOptions{...}
                        HealthServerOptions options = {});
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;
  /// The same as stop().
  ~HealthServer();

  /// Listens, starts the server's thread and runs the checks. After stop() it may be called again.
  /// @throws std::system_error  naming the address if it can't listen; Errc::already_started if it runs.
  void start();
  /// The same, with the error in `error` instead of thrown; cleared on success.
  void start(std::error_code& error);

  /// Closes the listener and all connections and joins the server's thread. Never waits for a check. Idempotent;
  /// callable from any thread, also from inside a check.
  void stop() noexcept;

  /// The port it listens on, also if HealthServerOptions::port is 0; 0 while it isn't running, and on a UNIX socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// How often each limit was reached. Each is also logged, at most once a minute, except for the usual ends of kept
  /// connections: `idle`, `old` and `cut_off`.
  [[nodiscard]] LimitCounts limit_counts() const noexcept;

 private:
  std::shared_ptr<detail::ServerCore> core_;
};

}  // namespace vitals::inline v1

#endif
