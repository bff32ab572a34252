#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>

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

/// The state of a HealthServer. Each start() makes a Run, with a listener and a thread of its own, and stop() ends it.
///
///     stopped ──start()──▶ starting ──▶ running ──stop()──▶ stopping ──▶ stopped
///                              └──(it can't listen)──▶ stopped
///
/// start() and stop() hold no lock while they work, because they may call, copy or destroy user code, such as the `log`
/// function. Concurrent calls wait for the end of the phase.
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
  /// True if the parent of this process started it. Then stop() closes the copies of its sockets, and its owner leaks
  /// it.
  [[nodiscard]] bool in_another_process() const noexcept { return owner_.is_another(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_.load(std::memory_order_acquire); }
  [[nodiscard]] LimitCounts limit_counts() const noexcept { return limits_.counts(); }

 private:
  struct Run;
  enum class Phase { stopped, starting, running, stopping };

  void begin_start();
  void enter(Phase phase) noexcept;
  void make_run(const std::shared_ptr<SchedulerLease>& lease, ListenSocket socket,
                std::unique_ptr<Transports> transports);

  std::shared_ptr<RegistryState> state_;
  HealthServerOptions options_;
  Limits limits_;
  RequestCounts counts_;
  Answers answers_;
  std::atomic<std::uint16_t> port_ = 0;
  ProcessOwner owner_;
  std::mutex mutex_;  // guards phase_; only the call that starts or stops uses run_
  std::condition_variable changed_;
  Phase phase_ = Phase::stopped;
  std::unique_ptr<Run> run_;
};

}  // namespace detail
}  // namespace vitals::inline v1
