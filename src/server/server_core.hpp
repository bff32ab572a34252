#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>

#include <vitals/clock.hpp>
#include <vitals/server.hpp>

#include "http/answers.hpp"
#include "server/limits.hpp"

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// The life of a HealthServer: each start() makes a Run, with a listener and a thread of its own, and stop() ends it.
///
///     stopped ──start()──▶ running ──stop()──▶ stopped
///
/// @par Thread safety  Shared objects: safe; the destructor isn't.
class ServerCore {
 public:
  /// @throws std::invalid_argument  if an option is malformed or out of range.
  ServerCore(std::shared_ptr<RegistryState> state, HealthServerOptions options);
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;
  ~ServerCore();

  /// @throws std::system_error
  void start();
  void stop() noexcept;
  void drain(Duration duration);
  [[nodiscard]] std::uint16_t port() const noexcept { return port_.load(std::memory_order_acquire); }
  [[nodiscard]] LimitCounts limit_counts() const noexcept { return limits_.counts(); }

 private:
  struct Run;

  [[nodiscard]] std::unique_ptr<Run> make_run();

  std::shared_ptr<RegistryState> state_;
  HealthServerOptions options_;
  Answers answers_;
  Limits limits_;
  std::atomic<std::uint16_t> port_ = 0;
  /// Held while the server starts and stops, so that whoever calls stop() second returns when it is over, too. The
  /// server's thread never takes it.
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::uint64_t runs_ = 0;  ///< That have ended.
  std::unique_ptr<Run> run_;
};

}  // namespace detail
}  // namespace vitals::inline v1
