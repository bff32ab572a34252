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

#include "core/phase.hpp"
#include "core/scheduler_lease.hpp"
#include "lifecycle/callback.hpp"
#include "lifecycle/drain_machine.hpp"
#include "lifecycle/signal_inbox.hpp"
#include "lifecycle/wake.hpp"
#include "lifecycle/work_count.hpp"

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// Does what the DrainMachine decides.
///
/// One thread drives it, by run() or step(); what others may touch is atomic or guarded by the mutex, under which no
/// user code is called.
class LifecycleCore {
 public:
  /// @throws std::invalid_argument  if an option is out of range.
  LifecycleCore(std::shared_ptr<RegistryState> state, std::function<void()> stop_server, LifecycleOptions options);
  LifecycleCore(const LifecycleCore&) = delete;
  LifecycleCore& operator=(const LifecycleCore&) = delete;
  ~LifecycleCore();

  void add(LifecycleState state, std::string_view name, Callback::Call call, Duration budget);
  void ask(std::string_view reason);
  [[nodiscard]] LifecycleState state() const noexcept { return shown_.load(std::memory_order_acquire); }
  [[nodiscard]] const std::shared_ptr<WorkCount>& work() const noexcept { return work_; }

  int run();
  int run(const std::function<void()>& loop, const std::function<void()>& stop_loop);
  SteadyTime step();

 private:
  using Where = CallbackCall::Where;
  using Callbacks = std::vector<Callback>;

  /// Does what is due. @returns Until when nothing is.
  SteadyTime advance(Where where);
  int drive();
  [[nodiscard]] DrainAction next_action();
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] const Callbacks& callbacks_of(LifecycleState state) const noexcept;
  void enter(DrainCause cause);
  void end_server() noexcept;
  [[nodiscard]] std::string reason_of(DrainCause cause) const;
  [[nodiscard]] std::string left_over() const;
  [[nodiscard]] std::vector<std::string> still_to_call() const;
  void begin_call(std::size_t index, Where where);
  void end_call();
  void tell_awaited();
  void tell(LifecycleEvent event);
  void flush();

  const std::shared_ptr<RegistryState> state_;
  const std::function<void()> stop_server_;
  const LifecycleOptions options_;
  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  const std::shared_ptr<WorkCount> work_ = std::make_shared<WorkCount>(wake_);
  const std::shared_ptr<Log> log_;
  SignalInbox signals_;

  mutable std::mutex mutex_;  // guards these
  DrainMachine machine_;
  Callbacks stop_accepting_;  // these two are fixed once the machine has left serving
  Callbacks stop_;
  std::vector<std::string> requests_;  // their reasons
  bool nobody_serves_ = false;

  std::atomic<LifecycleState> shown_ = LifecycleState::serving;
  // Of the thread that drives.
  SteadyTime now_ = {};  // of this turn: the machine and the events judge by one moment
  SteadyTime since_;
  std::size_t begun_ = 0;  // callbacks of this state
  std::optional<CallbackCall> call_;
  SteadyTime call_began_ = {};
  bool any_failed_ = false;
  std::optional<Awaited> awaited_;
};

}  // namespace detail
}  // namespace vitals::inline v1
