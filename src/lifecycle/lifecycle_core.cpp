#include "lifecycle/lifecycle_core.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "core/base/text.hpp"
#include "core/base/validator.hpp"
#include "core/state/checks.hpp"
#include "core/state/probes.hpp"
#include "lifecycle/event_line.hpp"
#include "lifecycle/lifecycle_options.hpp"

namespace vitals::inline v1 {
namespace detail {

using enum LifecycleState;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_insistence = 3;

}  // namespace

LifecycleCore::LifecycleCore(std::shared_ptr<RegistryState> state, ServerCalls server, LifecycleOptions options)
    : state_{std::move(state)},
      server_{std::move(server)},
      options_{valid(std::move(options), state_->options.shutdown_limit)},
      log_{std::make_shared<Log>(options_.log)},
      signals_{options_.stop_signals, wake_},
      machine_{{.propagation_delay = options_.propagation_delay, .deadline = time_to_end(options_)}},
      since_{state_->clock().steady_now()} {
  set_work(*state_, work_);
}

LifecycleCore::~LifecycleCore() { log_->end(); }

void LifecycleCore::add(LifecycleState state, std::string_view name, Callback::Call call, Duration budget) {
  if (!is_name(name))
    throw std::invalid_argument{"vitals: Lifecycle: callback \"" + safe_text(name, 80) +
                                "\": a name is 1 to 64 characters from [a-z0-9._-], the first from [a-z0-9]"};
  const Validator validator{"Lifecycle: callback \"" + std::string{name} + "\""};
  if (!call) validator.refuse("the function", "must not be empty");
  validator.in_range("budget", budget, 1ms, 1h);
  const std::lock_guard lock{mutex_};
  auto& callbacks = state == finishing ? stop_accepting_ : stop_;
  auto& plan = machine_.plan();
  if (machine_.state() != serving || asked_at_) validator.refuse("comes", "too late: the service is ending");
  if (std::ranges::any_of(callbacks, [&](const Callback& other) { return other.name == name; }))
    validator.refuse("name", "is taken");
  if (const auto sum = plan.fixed() + budget; sum > plan.deadline)
    validator.refuse("budget", "doesn't fit: with the propagation delay and the other callbacks it makes " +
                                   spoken(sum) + ", and " + in_grace_period(options_));
  callbacks.push_back({std::string{name}, std::make_shared<const Callback::Call>(std::move(call)), budget});
  (state == finishing ? plan.stop_accepting : plan.stop).push_back(budget);
}

bool LifecycleCore::ending() const noexcept { return state_->draining.load(std::memory_order_relaxed); }

void LifecycleCore::begin_drain(const std::string& reason) {
  using enum Readiness;
  detail::begin_shutdown(*state_, reason, options_.keep_readiness_while_draining ? stays : fails);
}

void LifecycleCore::begin(const std::string& reason, SteadyTime at) {
  begin_drain(reason);  // at once; only the first call counts
  const std::lock_guard lock{mutex_};
  if (asked_at_) return;
  asked_at_ = at;
  reason_ = reason;
}

void LifecycleCore::ask(std::string_view reason) {
  if (in_another_process()) return;
  begin(redacted(state_->redactor, reason), state_->clock().steady_now());
  wake_->notify();
}

void LifecycleCore::insist(std::string_view reason) {
  if (in_another_process()) return;
  const auto why = redacted(state_->redactor, reason);
  begin(why, state_->clock().steady_now());
  {
    const std::lock_guard lock{mutex_};
    if (insistence_.empty()) insistence_.emplace_back(reason_);  // begin_shutdown() counts as the first signal
    if (insistence_.size() < most_insistence) insistence_.push_back(why);
  }
  wake_->notify();
}

void LifecycleCore::take_signals() {
  const bool by_the_system = state_->clock() == Clock{};
  for (const auto& [number, at] : signals_.take()) {
    const auto name = signal_name(number);
    begin(name, by_the_system ? at : state_->clock().steady_now());
    const std::lock_guard lock{mutex_};
    if (insistence_.size() < most_insistence) insistence_.push_back(name);
  }
}

DrainAction LifecycleCore::next_action() {
  const std::lock_guard lock{mutex_};
  return machine_.resume({.now = now_,
                          .asked_at = asked_at_,
                          .insistence = static_cast<int>(insistence_.size()),
                          .in_flight = work_->in_flight(),
                          .call_ended = !call_,
                          .loop_ended = loop_ended_,
                          .work_is_lost = loop_failed_});
}

void LifecycleCore::enter(DrainCause cause) {
  LifecycleEvent event{.from = state(), .to = machine_.state(), .reason = reason_of(cause)};
  if (cause == DrainCause::given_up || cause == DrainCause::too_late) event.reason += left_over();
  event.lasted = now_ - since_;
  call_.reset();
  begun_ = 0;
  if (event.to == draining) begin_drain(event.reason);  // does nothing if the shutdown was requested
  if (event.to == stopped) {
    work_->close();
    signals_.give_back();  // from here on a signal ends the process
    // Last, so that probes are answered until then.
    if (server_.stop && !call_bounded("server", [stop = server_.stop](const std::stop_token&) { stop(); }))
      any_failed_ = true;
  }
  since_ += event.lasted;
  shown_.store(event.to, std::memory_order_release);
  show_awaited();
  publish(std::move(event));
}

const LifecycleCore::Callbacks& LifecycleCore::callbacks_of(LifecycleState state) const noexcept {
  return state == finishing ? stop_accepting_ : stop_;
}

std::string LifecycleCore::reason_of(DrainCause cause) const {
  const std::lock_guard lock{mutex_};
  switch (cause) {
    case DrainCause::asked: return reason_;
    case DrainCause::delay_over: return "the propagation delay is over";
    case DrainCause::asked_again: return "asked again: " + insistence_.at(1);
    case DrainCause::loop_ended: return "its loop has ended";
    case DrainCause::work_done: return "no work in flight";
    case DrainCause::work_left: return "no more time for work in flight";
    case DrainCause::all_called: return "every callback had its turn";
    case DrainCause::given_up: return "asked a third time: " + insistence_.at(2);
    case DrainCause::too_late:
      return spoken(time_to_end(options_)) + " of the grace_period of " + spoken(options_.grace_period) + " are over";
  }
  return {};
}

/// The callbacks that are given up, in words.
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

void LifecycleCore::begin_call(std::size_t index) {
  begun_ = index + 1;
  call_began_ = now_;
  call_.emplace(callbacks_of(state())[index], where_, wake_, state_->redactor);
}

void LifecycleCore::end_call() {
  const auto& callback = callbacks_of(state())[begun_ - 1];
  const auto took = now_ - call_began_;
  auto how = call_->how_it_went(took, callback.budget);
  any_failed_ |= how != CallbackCall::done;
  call_.reset();
  publish({.from = state(), .to = state(), .callback = callback.name, .reason = std::move(how), .lasted = took});
}

/// Has `/health` show what the shutdown waits for.
void LifecycleCore::show_awaited() {
  if (state() == serving) return;
  Awaited awaited{.in_flight = work_->in_flight(), .callbacks = still_to_call()};
  if (call_) awaited.callbacks.insert(awaited.callbacks.begin(), callbacks_of(state())[begun_ - 1].name);
  if (awaited_ == awaited) return;
  detail::set_awaited(*state_, awaited);
  awaited_ = std::move(awaited);
}

void LifecycleCore::publish(LifecycleEvent event) {
  event.in_flight = work_->in_flight();
  event.time = state_->clock().wall_now();
  post_log(*state_, [log = log_, on_event = options_.on_event, event = std::move(event)] {
    log->write(line_of(event), [&] {
      if (on_event) on_event(event);
    });
  });
}

}  // namespace detail
}  // namespace vitals::inline v1
