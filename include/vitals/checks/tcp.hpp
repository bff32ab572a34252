#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// What to send, and the answer to expect.
struct TcpOptions {
  /// Sent once there is a connection; empty: nothing.
  std::string send = {};
  /// How the answer must begin, at most 1 KiB; empty: a connection is enough.
  std::string expect = {};
};

/// Whether a TCP server accepts connections, and answers as it should.
///
/// @code
/// #include <vitals/checks/tcp.hpp>   // link vitals::checks
/// health.add_readiness_check("mail", vitals::checks::Tcp{"mail:25", {.expect = "220"}});
/// @endcode
///
/// Each run connects anew, to all addresses of the name: the next one is tried 250 ms after the one before it, or as
/// soon as that has failed (https://www.rfc-editor.org/rfc/rfc8305#section-5): each silent address costs 250 ms of the
/// timeout. No more is read than `expect` needs, and the connection is closed then. A failure says what it was about:
/// the name, the connection or the answer, and the address.
///
/// A server that is alive but overloaded may accept connections for long: only an answer proves that it works. Recipes:
/// memcached `.send = "version\r\n", .expect = "VERSION"`, NATS `.expect = "INFO"`, IMAP `.expect = "* OK"`, ZooKeeper
/// `.send = "srvr", .expect = "Zookeeper version"`.
///
/// A silent name server costs one thread per check at most; see Postgres, which resolves names likewise.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Copies share name look-ups that are under way.
class VITALS_EXPORT Tcp {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param target  "host:port", "192.0.2.1:25" or "[2001:db8::1]:25".
  /// @throws std::invalid_argument  naming the part of the target that is wrong, or if `expect` is too long.
  explicit Tcp(Text target, TcpOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
