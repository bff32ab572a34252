#pragma once

#include <chrono>
#include <memory>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "server/accept_step.hpp"
#include "server/connection.hpp"
#include "server/dispatcher.hpp"
#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Accepts connections until it is closed, whatever accept() says, and ends those that take too long.
///
///     waiting ──(readable)──▶ accepting a burst ──▶ waiting
///                                   └─(no descriptor or memory)─▶ backing off for 100 ms ──▶ accepting a burst
///
/// Where it has as many as it may have, or no descriptor is left, an open one gives way to the new one.
///
/// Its pending handlers keep it alive. Its definitions are in acceptor_impl.hpp, as with Connection.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe with OwnThread, where the server's thread must
///                     have ended when another closes it; else safe.
template <class Host>
class Acceptor : public std::enable_shared_from_this<Acceptor<Host>> {
 public:
  using Executor = typename Host::Executor;
  /// @param executor  Runs the handlers, one at a time.
  /// @param socket  Taken over.
  Acceptor(const Executor& executor, std::shared_ptr<Service<Host>> service, ListenSocket socket);

  /// Begins to accept. The one call that needs no mutex: nothing of the Service is in use before.
  void start();
  /// Closes the socket and all connections. Their handlers are still to be run.
  void close() noexcept;

 private:
  using ErrorCode = boost::system::error_code;
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

  /// A handler that holds the mutex and keeps the acceptor alive; nothing happens once it is closed.
  template <class Step>
  auto handler(Step step);
  void go_on() noexcept;
  void wait();
  void accept_burst();
  [[nodiscard]] AcceptStep accept_one();
  [[nodiscard]] bool somebody_waits() noexcept;
  /// What follows where a connection lacks a place: `again` if there is one now.
  /// @param error  For the log, if nobody gives way.
  [[nodiscard]] AcceptStep make_room(int error);
  void serve(Descriptor descriptor);
  void keep_reserve(const Connection<Host>& newcomer);
  void back_off(int error);
  void watch_deadlines();
  void check_deadlines();

  std::shared_ptr<Service<Host>> service_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  Timer pause_;
  Timer sweep_;
  bool waits_ = false;  ///< For a connection, or to try again.
  bool sweeping_ = false;
  std::shared_ptr<Dispatcher<Host>> dispatcher_;
  /// Serves those who come, one after the other, until it stays with one: most probes need no connection of their own.
  std::shared_ptr<Connection<Host>> spare_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
