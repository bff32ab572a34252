#pragma once

// How a connection that stays learns that something has happened to its socket. Linux has one set of descriptors for
// all of them, and tells only what is new; elsewhere, and with VITALS_PORTABLE_SOCKETS, Asio is asked each time.

#include <cerrno>
#include <memory>
#include <mutex>
#include <poll.h>
#include <system_error>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "server/descriptor.hpp"
#include "server/service.hpp"
#include "server/sockets.hpp"

#ifdef VITALS_HAS_EPOLL
#include <sys/epoll.h>
#endif

namespace vitals::inline v1 {
namespace detail {

/// What has happened to a socket, besides that it may be read or written.
struct SocketEvent {
  bool ended = false;   ///< The peer sends no more.
  bool broken = false;  ///< It reads no more either.
};

/// What a connection waits for.
enum class Interest { input, output, reset };

#ifdef VITALS_HAS_EPOLL

/// The socket of a connection that stays, in the set of its Service. Edge-triggered: a connection reads and writes
/// until it has to wait, and is told of whatever is new from then on. So waiting costs no system call.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
template <class Host>
class EpollWatch {
 public:
  explicit EpollWatch(const typename Host::Executor&) noexcept {}

  /// Takes the socket over.
  /// @throws std::system_error  if the kernel lacks memory.
  void add(Descriptor descriptor, Connection<Host>& connection, const Service<Host>& service) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &connection}};
    if (::epoll_ctl(service.epoll, EPOLL_CTL_ADD, descriptor.get(), &event) != 0)
      throw std::system_error{errno, std::system_category()};
    descriptor_ = std::move(descriptor);
    epoll_ = service.epoll;
  }
  void await(Interest) noexcept {}
  void close() noexcept {
    // Not left to close(): a child of fork() may still have the socket, and the set would keep it.
    (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor_.get(), nullptr);
    descriptor_ = {};
  }

 private:
  Descriptor descriptor_ = {};
  int epoll_ = -1;
};

template <class Host>
using Watch = EpollWatch<Host>;

#else

/// The socket of a connection that stays.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
template <class Host>
class AsioWatch {
 public:
  explicit AsioWatch(const typename Host::Executor& executor) : socket_{executor} {}

  /// Takes the socket over.
  /// @throws boost::system::system_error  if the kernel lacks memory.
  void add(Descriptor descriptor, Connection<Host>& connection, Service<Host>& service) {
    socket_.assign(service.protocol, descriptor.get());
    (void)descriptor.release();
    connection_ = &connection;
    mutex_ = &service.mutex;
  }
  /// The connection's on_event() is called once, when it has happened.
  void await(Interest interest) {
    const auto before = std::exchange(awaited_, static_cast<int>(interest));
    if (before == awaited_) return;
    boost::system::error_code ignored;
    if (before != none) socket_.cancel(ignored);
    socket_.async_wait(wait_of(interest),
                       [this, interest, self = connection_->shared_from_this()](boost::system::error_code error) {
                         const std::lock_guard lock{*mutex_};
                         if (error || awaited_ != static_cast<int>(interest)) return;
                         awaited_ = none;
                         self->on_event({.broken = interest == Interest::reset && is_broken()});
                       });
  }
  void close() noexcept {
    awaited_ = none;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, typename Host::Executor>;
  static constexpr int none = -1;

  static typename Socket::wait_type wait_of(Interest interest) noexcept {
    switch (interest) {
      case Interest::input: return Socket::wait_read;
      case Interest::output: return Socket::wait_write;
      case Interest::reset: return Socket::wait_error;
    }
    return Socket::wait_error;
  }
  [[nodiscard]] bool is_broken() noexcept {
    pollfd state{.fd = socket_.native_handle(), .events = 0, .revents = 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0;
  }

  Socket socket_;
  Connection<Host>* connection_ = nullptr;
  typename Host::Mutex* mutex_ = nullptr;
  int awaited_ = none;
};

template <class Host>
using Watch = AsioWatch<Host>;

#endif

}  // namespace detail
}  // namespace vitals::inline v1
