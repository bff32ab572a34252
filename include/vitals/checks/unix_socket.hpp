#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/checks/tcp.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// Whether the server of a UNIX stream socket accepts connections, and answers as it should: as Tcp does.
///
/// @code
/// #include <vitals/checks/unix_socket.hpp>   // link vitals::checks
/// health.add_readiness_check("php", vitals::checks::UnixSocket{"/run/php-fpm.sock"});
/// @endcode
///
/// While the server's queue of connections is full, a run waits for a place.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT UnixSocket {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param path  At most 107 bytes; "@name" is a name in the abstract namespace (Linux).
  /// @throws std::invalid_argument  if the path is empty or too long, or `expect` is.
  explicit UnixSocket(Text path, TcpOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  std::string path_;
  TcpOptions options_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
