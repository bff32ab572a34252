#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <vitals/asio.hpp>
#include <vitals/clock.hpp>
#include <vitals/server.hpp>

#include "http/answers.hpp"
#include "server/limits.hpp"

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// Someone who waits for the end of a drain. Guarded by the mutex of the core.
struct HostedDrain {
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, boost::asio::any_io_executor>;

  std::optional<Timer> timer;
  Completion complete;
};

/// The life of a HostedServer: each start() makes a Run, with a listener on the host's executor, and stop() or the end
/// of the host's context ends it.
///
///     stopped ──start()──▶ running ──stop()──▶ stopped
///
/// No object of Asio outlives the context: those of a Run are let go by stop() before its mutex is, and then belong to
/// handlers that the context runs or destroys.
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
  /// Completes after `duration`, by end_drain(), by stop(), or at once if the server isn't running.
  void begin_drain(const std::shared_ptr<HostedDrain>& drain, Duration duration, const MakeCompletion& make_completion);
  /// From any thread; nothing happens if it has ended.
  void end_drain(const std::shared_ptr<HostedDrain>& drain);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_.load(std::memory_order_acquire); }
  [[nodiscard]] LimitCounts limit_counts() const noexcept { return limits_.counts(); }

 private:
  struct Run;

  HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options);
  [[nodiscard]] std::unique_ptr<Run> make_run(const boost::asio::any_io_executor& strand);

  std::shared_ptr<RegistryState> state_;
  HealthServerOptions options_;
  Answers answers_;
  Limits limits_;
  std::shared_ptr<HostExecutor> host_;  ///< A strand of the host's.
  std::atomic<std::uint16_t> port_ = 0;
  /// Held while the server starts and stops, so that whoever calls stop() second returns when everything is closed,
  /// too. No user code is called under it.
  std::mutex mutex_;
  std::unique_ptr<Run> run_;
};

}  // namespace detail
}  // namespace vitals::inline v1
