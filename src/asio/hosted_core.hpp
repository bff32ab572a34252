#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>

#include <vitals/asio.hpp>
#include <vitals/clock.hpp>
#include <vitals/process_owner.hpp>
#include <vitals/server.hpp>

#include "http/answers.hpp"
#include "server/limits.hpp"
#include "server/listen_socket.hpp"
#include "server/request_counts.hpp"
#include "server/transport.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;
class SchedulerLease;

/// The state of a HostedServer. Each start() makes a Run, with a listener on the host's executor; stop() or the
/// destruction of the host's context ends it.
///
///     stopped ──start()──▶ running ──stop()──▶ stopped
///
/// No Asio object outlives the context: stop() releases those of a Run before it unlocks the mutex. What remains
/// belongs to handlers, which the context runs or destroys.
///
/// @par Thread safety  Shared objects: safe; the destructor isn't.
class HostedCore : public std::enable_shared_from_this<HostedCore> {
 public:
  /// @throws std::invalid_argument  if an option is malformed or out of range.
  static std::shared_ptr<HostedCore> make(const boost::asio::any_io_executor& host,
                                          std::shared_ptr<RegistryState> state, HealthServerOptions options);
  HostedCore(const HostedCore&) = delete;
  HostedCore& operator=(const HostedCore&) = delete;
  ~HostedCore();

  /// @throws std::system_error
  void start();
  void stop() noexcept;
  /// True if the parent of this process started it. Then stop() closes the copies of its sockets, and its owner leaks
  /// it.
  [[nodiscard]] bool in_another_process() const noexcept { return owner_.is_another(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_.load(std::memory_order_acquire); }
  [[nodiscard]] LimitCounts limit_counts() const noexcept { return limits_.counts(); }

 private:
  struct Run;

  HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options);
  /// @throws std::system_error  if it has started already.
  void begin_start();
  void make_run(const std::shared_ptr<SchedulerLease>& lease, ListenSocket socket,
                std::unique_ptr<Transports> transports);
  void end_start() noexcept;
  /// Asio calls it in a child of fork().
  void leave_to_parent() noexcept;

  std::shared_ptr<RegistryState> state_;
  HealthServerOptions options_;
  Limits limits_;
  RequestCounts counts_;
  Answers answers_;
  std::shared_ptr<HostExecutor> host_;  ///< A strand of the host's.
  std::atomic<std::uint16_t> port_ = 0;
  ProcessOwner owner_;
  /// Locked while the server stops, so that a second, concurrent stop() also returns only when everything is closed. No
  /// user code is called, copied or destroyed under it.
  std::mutex mutex_;
  std::condition_variable started_;
  bool starting_ = false;
  std::unique_ptr<Run> run_;
};

}  // namespace detail
}  // namespace vitals::inline v1
