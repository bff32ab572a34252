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

/// Accepts connections until it is closed, whatever error accept() returns, and ends those that exceed a time limit.
///
///     waiting ──(readable)──▶ accepting a burst ──▶ waiting
///                                   └─(no descriptor or memory)─▶ backing off for 100 ms ──▶ accepting a burst
///
/// If the process has no descriptor left, a new connection gets the spare one. If that is in use, or all places are
/// taken, an open connection is closed for the new one.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class VITALS_EXPORT Acceptor {
 public:
  /// @throws std::system_error  if the process has no descriptor left.
  Acceptor(std::shared_ptr<Service> service, ListenSocket socket);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() = default;

  /// @throws std::bad_alloc
  void start();
  /// Closes the listener and all connections.
  void close() noexcept;
  /// In a child of fork(): closes the child's copies of the descriptors that the host waits for.
  void leave_to_parent() noexcept;

 private:
  /// After a step ran out of memory: begins the waits again. The step has freed the memory that they need.
  void resume_waits() noexcept;
  void on_listener() noexcept;
  void on_sweep() noexcept;
  void end_waits() noexcept;
  void close_listener() noexcept;
  void wait();
  void accept_burst();
  [[nodiscard]] AcceptStep accept_one();
  [[nodiscard]] bool has_pending_connection() noexcept;
  /// Frees a descriptor or a place for a new connection.
  /// @param error  EBUSY if all places are taken, else errno of accept(). Logged if no connection gives way.
  /// @returns `again` if there is one now.
  [[nodiscard]] AcceptStep make_room(int error);
  void serve(Descriptor descriptor, const PeerAddress& peer);
  void keep_reserve(const Connection& newcomer);
  void back_off(int error);
  void watch_if_needed();
  void watch_deadlines(std::chrono::milliseconds interval = sweep_interval);
  void check_deadlines();
  [[nodiscard]] bool has_something_to_sweep() const noexcept;
  /// @returns False if it stopped early, so that other connections have their turn.
  [[nodiscard]] bool end_overdue() noexcept;

  using Step = HostStep<Acceptor, &Acceptor::on_listener>;
  using Sweep = HostStep<Acceptor, &Acceptor::on_sweep>;

  std::shared_ptr<Service> service_;
  Descriptor listener_;
  ListenEnd end_;
  Step listener_step_{*this};
  Sweep sweep_step_{*this};
  // Destroyed before the listener and the steps that they call.
  std::unique_ptr<HostWait> wait_;
  std::unique_ptr<HostTimer> pause_;
  std::unique_ptr<HostTimer> sweep_;
  std::unique_ptr<Dispatcher> dispatcher_;
  AcceptSteps steps_ = {};
  SpareDescriptor spare_descriptor_ = {};
  /// Reused for each new client until one stays: most probes are over at once, and so allocate no Connection.
  std::shared_ptr<Connection> spare_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
