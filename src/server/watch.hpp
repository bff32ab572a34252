#pragma once

// How a connection that stays learns that something has happened to its socket. Linux has one set of descriptors for
// all of them, and tells only what is new; elsewhere, and with VITALS_PORTABLE_SOCKETS, the host is asked each time.

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

/// What has happened to a socket, besides that it may be read or written.
struct SocketEvent {
  bool ended = false;   ///< The peer sends no more.
  bool broken = false;  ///< It reads no more either.
};

#ifdef VITALS_HAS_EPOLL

/// The socket of a connection that stays, in the set of its Service. Edge-triggered: a connection reads and writes
/// until it has to wait, and is told of whatever is new from then on. So waiting costs no system call.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class EpollWatch {
 public:
  /// Takes the socket over.
  /// @throws std::system_error  if the kernel lacks memory.
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
  /// Takes the socket over.
  /// @throws std::system_error, std::bad_alloc
  void add(Descriptor descriptor, Connection& connection, Service& service);
  /// The connection's on_event() is called once, when it has happened. @throws std::bad_alloc
  void await(Interest interest);
  void close() noexcept;

 private:
  void on_turn() noexcept override;
  [[nodiscard]] bool is_broken() const noexcept;

  Descriptor descriptor_ = {};
  Connection* connection_ = nullptr;
  Service* service_ = nullptr;
  Interest awaited_ = Interest::input;        ///< If the wait is under way.
  std::unique_ptr<HostWait> wait_ = nullptr;  // ends before the descriptor
};

using Watch = HostWatch;

#endif

}  // namespace detail
}  // namespace vitals::inline v1
