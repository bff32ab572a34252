#pragma once

#include <chrono>
#include <memory>

#include <vitals/export.hpp>

#include "server/accept_step.hpp"
#include "server/connection.hpp"
#include "server/dispatcher.hpp"
#include "server/host.hpp"
#include "server/listen_socket.hpp"
#include "server/spare_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::chrono::milliseconds sweep_interval{250};

/// Accepts connections until it is closed, whatever accept() says, and ends those that take too long.
///
///     waiting ──(readable)──▶ accepting a burst ──▶ waiting
///                                   └─(no descriptor or memory)─▶ backing off for 100 ms ──▶ accepting a burst
///
/// Where no descriptor is left, the new one gets the spare one, at the expense of no other. Where that is in use, or
/// as many connections are open as may be, an open one gives way to the new one.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: for the server's turn.
class VITALS_EXPORT Acceptor {
 public:
  /// @param socket  Taken over.
  /// @throws std::system_error  if the process has no descriptor left.
  Acceptor(std::shared_ptr<Service> service, ListenSocket socket);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() = default;

  /// Begins to accept. @throws std::bad_alloc
  void start();
  /// Closes the socket and all connections.
  void close() noexcept;
  /// In a child of fork(): closes the child's copies of what the host waits for.
  void leave_to_parent() noexcept;

 private:
  /// Out of memory. What the step had is free again, and it is what waiting needs.
  void go_on() noexcept;
  void on_listener() noexcept;
  void on_sweep() noexcept;
  void end_waits() noexcept;
  void close_listener() noexcept;
  void wait();
  void accept_burst();
  [[nodiscard]] AcceptStep accept_one();
  [[nodiscard]] bool somebody_waits() noexcept;
  /// What follows where a connection lacks a descriptor or a place: `again` if there is one now.
  /// @param error  EBUSY for the lack of a place. For the log, if no connection gives way.
  [[nodiscard]] AcceptStep make_room(int error);
  void serve(Descriptor descriptor, const PeerAddress& peer);
  void keep_reserve(const Connection& newcomer);
  void back_off(int error);
  void watch_if_needed();
  void watch_deadlines(std::chrono::milliseconds interval = sweep_interval);
  void check_deadlines();
  [[nodiscard]] bool has_something_to_sweep() const noexcept;
  /// @returns Whether none is overdue any more; else others have their turn first.
  [[nodiscard]] bool end_overdue() noexcept;

  using Step = HostStep<Acceptor, &Acceptor::on_listener>;
  using Sweep = HostStep<Acceptor, &Acceptor::on_sweep>;

  std::shared_ptr<Service> service_;
  Descriptor listener_;
  ListenEnd end_;
  Step listener_step_{*this};
  Sweep sweep_step_{*this};
  // They end before the listener and what they call.
  std::unique_ptr<HostWait> wait_;
  std::unique_ptr<HostTimer> pause_;
  std::unique_ptr<HostTimer> sweep_;
  std::unique_ptr<Dispatcher> dispatcher_;
  AcceptSteps steps_ = {};
  SpareDescriptor spare_descriptor_ = {};
  /// Serves those who come, one after the other, until it stays with one: most probes need no connection of their own.
  std::shared_ptr<Connection> spare_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
