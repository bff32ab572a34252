#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>

#include <vitals/asio_check.hpp>
#include <vitals/clock.hpp>
#include <vitals/server.hpp>

#include "http/answers.hpp"

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// The life of a HostedServer: each start() makes a Run, with a listener on the host's executor, and stop() or the end
/// of the host's context ends it.
///
///     stopped ──start()──▶ running ──stop()──▶ stopped
///
/// No object of Asio outlives the context: those of a Run are let go by stop(), and then belong to handlers that the
/// context runs or destroys.
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
  /// @param done  Called once, without a lock: after `duration`, by stop(), or at once if the server isn't running. It
  ///              mustn't run user code.
  void drain(Duration duration, std::function<void()> done);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_.load(std::memory_order_acquire); }
  /// What the host gave, for its own handlers; empty once the context has ended.
  [[nodiscard]] boost::asio::any_io_executor host() const;

 private:
  struct Drain;
  struct Run;

  HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options);
  /// The strand; empty once the context has ended.
  [[nodiscard]] boost::asio::any_io_executor executor() const;
  [[nodiscard]] std::unique_ptr<Run> make_run() const;
  void end_drain(const std::shared_ptr<Drain>& drain);

  std::shared_ptr<RegistryState> state_;
  HealthServerOptions options_;
  Answers answers_;
  std::shared_ptr<HostExecutor> host_;  ///< A strand of the host's.
  std::atomic<std::uint16_t> port_ = 0;
  /// Held while the server starts and stops, so that whoever calls stop() second returns when everything is closed,
  /// too. No user code is called under it.
  std::mutex mutex_;
  std::unique_ptr<Run> run_;
};

}  // namespace detail
}  // namespace vitals::inline v1
