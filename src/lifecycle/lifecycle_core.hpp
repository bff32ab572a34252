#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/lifecycle.hpp>
#include <vitals/process_owner.hpp>

#include "core/model/phase.hpp"
#include "core/scheduler_lease.hpp"
#include "lifecycle/callback.hpp"
#include "lifecycle/drain_machine.hpp"
#include "lifecycle/signal_inbox.hpp"
#include "lifecycle/wake.hpp"
#include "lifecycle/work_count.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

/// Carries out what the DrainMachine decides.
///
/// One thread drives it, by run() or step(). What other threads may access is atomic or guarded by the mutex, under
/// which no user code is called.
class LifecycleCore {
 public:
  /// @throws std::invalid_argument  if an option is out of range.
  LifecycleCore(std::shared_ptr<RegistryState> state, ServerCalls server, LifecycleOptions options);
  LifecycleCore(const LifecycleCore&) = delete;
  LifecycleCore& operator=(const LifecycleCore&) = delete;
  ~LifecycleCore();

  void add(LifecycleState state, std::string_view name, Callback::Call call, Duration budget);
  /// Begins the shutdown; only the first call counts.
  void ask(std::string_view reason);
  /// Shortens the shutdown as a second signal does; called again, as a third.
  void insist(std::string_view reason);
  [[nodiscard]] LifecycleState state() const noexcept { return shown_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ending() const noexcept;
  /// It runs in the parent of this process. Its owner then leaks it, and its functions do nothing.
  [[nodiscard]] bool in_another_process() const noexcept { return owner_.is_another(); }
  [[nodiscard]] const std::shared_ptr<WorkCount>& work() const noexcept { return work_; }

  /// With `or_exit` the process ends if a loop doesn't.
  int run(const RunOptions& options, bool or_exit);
  SteadyTime step();

 private:
  using Where = CallbackCall::Where;
  using Callbacks = std::vector<Callback>;

  /// From here on it belongs to this process. @throws std::system_error  if it runs in the parent.
  void claim();
  /// Does what is due. @returns When something is due again.
  SteadyTime advance(Where where);
  /// Starts our own server if it isn't running, unless the service is ending. @throws std::system_error
  void start_server();
  int run_loop(const RunOptions& options, bool or_exit);
  int drive();
  int drive_beside_loop(const std::function<void()>& stop_loop, bool or_exit);
  /// Begins the registry's shutdown. @param reason  As redacted() returns it.
  void begin_drain(const std::string& reason);
  void begin(const std::string& reason, SteadyTime at);
  void take_signals();
  [[nodiscard]] DrainAction next_action();
  [[nodiscard]] const Callbacks& callbacks_of(LifecycleState state) const noexcept;
  void enter(DrainCause cause);
  bool await(const std::function<bool()>& condition, Duration limit);
  bool call_bounded(const char* name, const Callback::Call& call);
  [[nodiscard]] std::string reason_of(DrainCause cause) const;
  [[nodiscard]] std::string left_over() const;
  [[nodiscard]] std::vector<std::string> still_to_call() const;
  void begin_call(std::size_t index);
  void end_call();
  void show_awaited();
  void publish(LifecycleEvent event);
  bool flush();

  const std::shared_ptr<RegistryState> state_;
  const ServerCalls server_;
  const LifecycleOptions options_;
  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  const std::shared_ptr<WorkCount> work_ = std::make_shared<WorkCount>(wake_);
  const std::shared_ptr<Log> log_;
  SignalInbox signals_;
  ProcessOwner owner_;  // the process in which it runs

  mutable std::mutex mutex_;  // guards these
  DrainMachine machine_;
  Callbacks stop_accepting_;  // these two are fixed once the machine has left serving
  Callbacks stop_;
  std::optional<SteadyTime> asked_at_;
  std::string reason_;
  std::vector<std::string> insistence_;  // the reasons of requests that count as signals
  bool loop_ended_ = false;
  bool loop_failed_ = false;

  std::atomic<LifecycleState> shown_ = LifecycleState::serving;
  // Used by the driving thread only.
  Where where_ = Where::here;
  bool stepping_ = false;
  SteadyTime now_ = {};  // of this turn: the machine and the events use the same moment
  SteadyTime since_;
  std::size_t begun_ = 0;  // callbacks of this state that have begun
  std::optional<CallbackCall> call_;
  SteadyTime call_began_ = {};
  bool any_failed_ = false;
  std::optional<Awaited> awaited_;
};

}  // namespace detail
}  // namespace vitals::inline v1
