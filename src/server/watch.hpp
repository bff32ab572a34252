#pragma once

// How a connection that stays gets the events of its socket. On Linux all connections share one edge-triggered epoll
// set. Elsewhere, and with VITALS_PORTABLE_SOCKETS, each wait is a HostWait.

#include <memory>

#include "server/descriptor.hpp"
#include "server/host.hpp"
#include "server/sockets.hpp"

#ifdef VITALS_HAS_EPOLL
#include <sys/epoll.h>
#endif

namespace vitals::inline v1 {
namespace detail {

struct Service;
class Connection;

/// What has happened to a socket, apart from becoming readable or writable.
struct SocketEvent {
  bool ended = false;   ///< The peer won't send any more.
  bool broken = false;  ///< The peer won't read any more either.
};

#ifdef VITALS_HAS_EPOLL

/// The socket of a connection that stays, in the edge-triggered set of its Service. The connection must read or write
/// until the socket is drained; whatever happens after that is an event. So waiting costs no system call.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class EpollWatch {
 public:
  /// Takes ownership of the socket.
  /// @throws std::system_error  if the kernel has no memory.
  void add(Descriptor descriptor, Connection& connection, const Service& service);
  void await(Interest) noexcept {}
  void close() noexcept;

 private:
  Descriptor descriptor_ = {};
  int epoll_ = -1;
};

using Watch = EpollWatch;

#else

/// The socket of a connection that stays.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class HostWatch final : public HostClient {
 public:
  /// Takes ownership of the socket.
  /// @throws std::system_error, std::bad_alloc
  void add(Descriptor descriptor, Connection& connection, Service& service);
  /// The connection's on_event() will be called once, when `interest` holds. @throws std::bad_alloc
  void await(Interest interest);
  void close() noexcept;

 private:
  void on_turn() noexcept override;
  [[nodiscard]] bool is_broken() const noexcept;

  Descriptor descriptor_ = {};
  Connection* connection_ = nullptr;
  Service* service_ = nullptr;
  Interest awaited_ = Interest::input;        ///< Valid while the wait is under way.
  std::unique_ptr<HostWait> wait_ = nullptr;  // destroyed before the descriptor
};

using Watch = HostWatch;

#endif

}  // namespace detail
}  // namespace vitals::inline v1
