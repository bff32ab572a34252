#include "lifecycle/lifecycle_core.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/moments.hpp"
#include "core/registry_state.hpp"
#include "core/signals.hpp"
#include "core/text.hpp"
#include "core/validator.hpp"
#include "lifecycle/event_line.hpp"
#include "lifecycle/lifecycle_options.hpp"

namespace vitals::inline v1 {
namespace detail {

using enum LifecycleState;
using namespace std::chrono_literals;

LifecycleCore::LifecycleCore(std::shared_ptr<RegistryState> state, std::function<void()> stop_server,
                             LifecycleOptions options)
    : state_{std::move(state)},
      stop_server_{std::move(stop_server)},
      options_{valid(std::move(options), state_->shutdown_limit())},
      log_{std::make_shared<Log>(options_.log)},
      signals_{options_.signals, wake_},
      machine_{{.propagation_delay = options_.propagation_delay, .deadline = options_.deadline}},
      since_{state_->clock().steady_now()} {}

LifecycleCore::~LifecycleCore() { log_->end(); }

void LifecycleCore::add(LifecycleState state, std::string_view name, Callback::Call call, Duration budget) {
  if (!is_name(name))
    throw std::invalid_argument{"vitals: Lifecycle: callback \"" + safe_text(name, 80) +
                                "\": a name is 1 to 64 characters from [a-z0-9._-], the first from [a-z0-9]"};
  const Validator validator{"Lifecycle: callback \"" + std::string{name} + "\""};
  validator.in_range("budget", budget, 1ms, 1h);
  const std::lock_guard lock{mutex_};
  auto& callbacks = state == finishing ? stop_accepting_ : stop_;
  auto& plan = machine_.plan();
  if (machine_.state() != serving) validator.refuse("comes", "too late: the service is ending");
  if (std::ranges::any_of(callbacks, [&](const Callback& other) { return other.name == name; }))
    validator.refuse("name", "is taken");
  if (const auto sum = plan.fixed() + budget; sum > plan.deadline)
    validator.refuse("budget", "doesn't fit: with the propagation delay and the other callbacks it makes " +
                                   spoken(sum) + ", and the deadline is " + spoken(plan.deadline));
  callbacks.push_back({std::string{name}, std::make_shared<const Callback::Call>(std::move(call)), budget});
  (state == finishing ? plan.stop_accepting : plan.stop).push_back(budget);
}

void LifecycleCore::ask(std::string_view reason) {
  state_->begin_shutdown(reason);  // at once; only the first call counts
  {
    const std::lock_guard lock{mutex_};
    if (requests_.size() < 3) requests_.push_back(safe_text(reason, CheckResult::max_text));
  }
  wake_->notify();
}

int LifecycleCore::run() {
  const SchedulerLease runner{state_, options_.log};
  return drive();
}

int LifecycleCore::run(const std::function<void()>& loop, const std::function<void()>& stop_loop) {
  const SchedulerLease runner{state_, options_.log};
  std::packaged_task<int()> task{[&] {
    const int status = drive();
    if (stop_loop) stop_loop();
    return status;
  }};
  auto status = task.get_future();
  std::thread driver;
  {
    const SignalsBlocked blocked;
    driver = std::thread{std::move(task)};
  }
  std::exception_ptr error;
  try {
    loop();
  } catch (...) {
    error = std::current_exception();
  }
  if (requests().empty()) ask("its loop has ended");
  {
    const std::lock_guard lock{mutex_};
    nobody_serves_ = true;
  }
  wake_->notify();
  driver.join();
  if (error) std::rethrow_exception(error);
  return status.get();
}

int LifecycleCore::drive() {
  signals_.retake();
  const SignalsUnblocked unblocked{signals_.signals()};
  for (;;) {
    const auto until = advance(Where::on_its_own_thread);
    if (state() == stopped) break;
    const auto left = until == SteadyTime::max() ? Duration::max() : until - state_->clock().steady_now();
    // While it drains, what is in flight changes without anybody being woken; `/health` shall tell it all the same.
    wake_->wait_for(state() == draining ? std::min<Duration>(left, 1s) : left);
  }
  flush();
  const std::lock_guard lock{mutex_};
  return machine_.orderly() && !any_failed_ ? 0 : 1;
}

SteadyTime LifecycleCore::step() { return advance(Where::here); }

SteadyTime LifecycleCore::advance(Where where) {
  for (;;) {
    for (const int signal : signals_.take()) ask(signal_name(signal));
    now_ = state_->clock().steady_now();
    if (call_ && call_->ended()) end_call();
    const auto action = next_action();
    switch (action.kind) {
      case DrainAction::Kind::wait: tell_awaited(); return action.until;
      case DrainAction::Kind::enter: enter(action.cause); break;
      case DrainAction::Kind::call: begin_call(action.callback, where); break;
      case DrainAction::Kind::abandon: end_call(); break;
      case DrainAction::Kind::refuse: work_->close(); break;
    }
  }
}

DrainAction LifecycleCore::next_action() {
  const std::lock_guard lock{mutex_};
  return machine_.resume({.now = now_,
                          .requests = static_cast<int>(requests_.size()),
                          .in_flight = work_->in_flight(),
                          .call_ended = !call_,
                          .nobody_serves = nobody_serves_});
}

void LifecycleCore::enter(DrainCause cause) {
  LifecycleEvent event{.from = state(), .to = machine_.state(), .reason = reason_of(cause)};
  if (cause == DrainCause::given_up || cause == DrainCause::too_late) event.reason += left_over();
  event.lasted = now_ - since_;
  call_.reset();
  begun_ = 0;
  if (event.to == stopped) {
    work_->close();
    end_server();
    signals_.give_back();
  }
  since_ += event.lasted;
  shown_.store(event.to, std::memory_order_release);
  tell_awaited();
  tell(std::move(event));
}

/// Last, so that probes are answered until then.
void LifecycleCore::end_server() noexcept {
  try {
    stop_server_();
  } catch (...) {  // of the application's own: there is nothing left to stop
    any_failed_ = true;
  }
}

const LifecycleCore::Callbacks& LifecycleCore::callbacks_of(LifecycleState state) const noexcept {
  return state == finishing ? stop_accepting_ : stop_;
}

std::vector<std::string> LifecycleCore::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::string LifecycleCore::reason_of(DrainCause cause) const {
  switch (cause) {
    case DrainCause::asked: return requests().at(0);
    case DrainCause::delay_over: return "the propagation delay is over";
    case DrainCause::asked_again: return "asked again: " + requests().at(1);
    case DrainCause::nobody_serves: return "its loop has ended";
    case DrainCause::work_done: return "no work in flight";
    case DrainCause::work_left: return "no more time for work in flight";
    case DrainCause::all_called: return "every callback had its turn";
    case DrainCause::given_up: return "asked a third time: " + requests().at(2);
    case DrainCause::too_late: return "the deadline of " + spoken(options_.deadline) + " is over";
  }
  return {};
}

/// What is given up, in words.
std::string LifecycleCore::left_over() const {
  std::string text;
  if (call_) text += "; " + callbacks_of(state())[begun_ - 1].name + " is abandoned";
  const char* before = "; not called: ";
  for (const auto& name : still_to_call()) text += std::exchange(before, ", ") + name;
  return text;
}

std::vector<std::string> LifecycleCore::still_to_call() const {
  std::vector<std::string> names;
  for (const auto when : {finishing, stopping}) {
    if (state() > when) continue;
    const auto& callbacks = callbacks_of(when);
    for (std::size_t i = state() == when ? begun_ : 0; i < callbacks.size(); ++i) names.push_back(callbacks[i].name);
  }
  return names;
}

void LifecycleCore::begin_call(std::size_t index, Where where) {
  begun_ = index + 1;
  call_began_ = now_;
  call_.emplace(callbacks_of(state())[index], where, wake_);
}

void LifecycleCore::end_call() {
  const auto& callback = callbacks_of(state())[begun_ - 1];
  LifecycleEvent event{.from = state(), .to = state(), .callback = callback.name, .reason = "done"};
  event.lasted = now_ - call_began_;
  const bool ended = call_->ended();
  if (ended && !call_->error().empty())
    event.reason = "failed: " + safe_text(call_->error(), CheckResult::max_text);
  else if (!ended || event.lasted > callback.budget)
    event.reason = "overran its budget of " + spoken(callback.budget) + (ended ? "" : ", is abandoned");
  any_failed_ |= event.reason != "done";
  call_.reset();
  tell(std::move(event));
}

/// `/health` says what is waited for.
void LifecycleCore::tell_awaited() {
  if (state() == serving) return;
  Awaited awaited{.in_flight = work_->in_flight(), .callbacks = still_to_call()};
  if (call_) awaited.callbacks.insert(awaited.callbacks.begin(), callbacks_of(state())[begun_ - 1].name);
  if (awaited_ == awaited) return;
  state_->set_awaited(awaited);
  awaited_ = std::move(awaited);
}

void LifecycleCore::tell(LifecycleEvent event) {
  event.in_flight = work_->in_flight();
  event.time = state_->clock().wall_now();
  state_->post_log([log = log_, on_event = options_.on_event, event = std::move(event)] {
    log->write(line_of(event), [&] {
      if (on_event) on_event(event);
    });
  });
}

/// The log may hang: the end doesn't.
void LifecycleCore::flush() {
  const auto told = std::make_shared<std::promise<void>>();
  const auto all = told->get_future();
  state_->post_log([told] { told->set_value(); });
  all.wait_for(patience);
}

}  // namespace detail
}  // namespace vitals::inline v1
