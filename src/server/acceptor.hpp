#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "server/accept_step.hpp"
#include "server/connection.hpp"
#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Accepts connections until it is closed, whatever accept() says, and ends those that take too long.
///
///     waiting ──(readable)──▶ accepting a burst ──▶ waiting
///                                   └─(no descriptor or memory)─▶ backing off for 100 ms ──▶ accepting a burst
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe; all but the constructor on the server's thread.
class Acceptor {
 public:
  using Log = std::function<void(std::string)>;

  /// @param socket  Taken over.
  /// @param name    How log lines call it: "[::]:8080".
  Acceptor(Service& service, ListenSocket socket, std::string name, Log log);

  /// Begins to accept.
  void start();
  /// Closes the socket and all connections. Their handlers are still to be run.
  void close() noexcept;

 private:
  using ErrorCode = boost::system::error_code;
  using Executor = boost::asio::io_context::executor_type;
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

  void wait();
  void accept_burst();
  [[nodiscard]] AcceptStep accept_one();
  /// False if no connection is idle.
  bool make_room();
  void open_connection(Descriptor descriptor);
  void back_off(int error);
  void watch_deadlines();
  void check_deadlines();

  Service& service_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  Timer pause_;
  Timer sweep_;
  bool sweeping_ = false;
  std::string name_;
  Log log_;
  Clock::time_point quiet_until_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
