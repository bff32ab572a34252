// The threads that drive a Lifecycle, and how long they wait for other code.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <vitals/error.hpp>

#include "core/base/moments.hpp"
#include "core/base/signals.hpp"
#include "core/base/utc_text.hpp"
#include "core/state/probes.hpp"
#include "lifecycle/lifecycle_core.hpp"

namespace vitals::inline v1 {
namespace detail {

using enum LifecycleState;
using namespace std::chrono_literals;

namespace {

/// The budget of the last steps: the server's stop(), the end of the loop.
constexpr std::chrono::seconds last_budget{2};

void refuse_half(const RunOptions& options) {
  if (options.loop && !options.stop_loop)
    throw std::invalid_argument{"vitals: RunOptions: loop needs a stop_loop, which makes it return"};
  if (options.stop_loop && !options.loop)
    throw std::invalid_argument{"vitals: RunOptions: stop_loop needs a loop, which it makes return"};
}

}  // namespace

void LifecycleCore::claim() {
  if (in_another_process())
    throw std::system_error{std::make_error_code(std::errc::operation_not_permitted),
                            "vitals: Lifecycle: it runs in the parent process"};
  wake_->renew();
  owner_.claim();
  signals_.retake();
}

void LifecycleCore::start_server() {
  if (!server_.start) return;
  {
    const SignalsUnblocked unblocked{signals_.signals()};  // so that a pending one counts
    take_signals();
  }
  if (ending() || server_.port() != 0) return;
  try {
    server_.start();
  } catch (const std::system_error& error) {
    if (error.code() != Errc::already_started) throw;
    return;  // another thread was faster
  }
  const auto port = std::to_string(server_.port());
  post_log(*state_, [log = log_, line = utc_text(state_->clock().wall_now()) +
                                        " vitals: lifecycle: the server wasn't running; run() started it on port " +
                                        port] { log->write(line); });
}

int LifecycleCore::run(const RunOptions& options, bool or_exit) {
  refuse_half(options);
  claim();
  start_server();
  const SchedulerLease runner{state_, log_};
  return options.loop ? run_loop(options, or_exit) : drive();
}

int LifecycleCore::run_loop(const RunOptions& options, bool or_exit) {
  std::packaged_task<int()> task{[&] { return drive_beside_loop(options.stop_loop, or_exit); }};
  auto status = task.get_future();
  std::thread driver;
  {
    const SignalsBlocked blocked;
    driver = std::thread{std::move(task)};
  }
  const auto end = [&](bool failed) {
    {
      const std::lock_guard lock{mutex_};
      loop_ended_ = true;
      loop_failed_ = failed;
    }
    wake_->notify();
    driver.join();
  };
  try {
    options.loop();
  } catch (...) {  // also if the loop ends this thread
    end(true);
    throw;
  }
  end(false);
  return status.get();
}

int LifecycleCore::drive_beside_loop(const std::function<void()>& stop_loop, bool or_exit) {
  int status = 1;
  std::exception_ptr error;
  try {
    status = drive();
  } catch (...) {  // out of memory: no thread drives the shutdown any more
    error = std::current_exception();
    signals_.give_back();
    work_->close();
  }
  if (!call_bounded("loop", [stop_loop](const std::stop_token&) { stop_loop(); })) status = 1;
  const auto ended = [&] {
    const std::lock_guard lock{mutex_};
    return loop_ended_;
  };
  if (or_exit && (status != 0 || !await(ended, last_budget))) std::quick_exit(1);
  if (error) std::rethrow_exception(error);
  return status;
}

int LifecycleCore::drive() {
  const SignalsUnblocked unblocked{signals_.signals()};
  for (;;) {
    const auto until = advance(Where::on_its_own_thread);
    if (state() == stopped) break;
    const auto left = until == SteadyTime::max() ? Duration::max() : until - state_->clock().steady_now();
    // A shutdown is updated every second: the work in flight that `/health` shows, and signals whose handler the host
    // has replaced.
    wake_->wait_for(state() == serving ? left : std::min<Duration>(left, 1s));
  }
  const bool flushed = flush();
  const std::lock_guard lock{mutex_};
  return machine_.orderly() && !any_failed_ && flushed ? 0 : 1;
}

SteadyTime LifecycleCore::step() {
  if (in_another_process()) return SteadyTime::max();
  claim();
  if (stepping_) return now_;  // a callback runs the loop that has called it
  struct Stepping {
    explicit Stepping(bool& flag) : stepping{flag} { stepping = true; }
    Stepping(const Stepping&) = delete;
    Stepping& operator=(const Stepping&) = delete;
    ~Stepping() { stepping = false; }
    bool& stepping;
  } const stepping{stepping_};  // also if a callback ends this thread
  const auto until = advance(Where::here);
  const bool idle = state() == stopped || (state() == serving && options_.stop_signals.empty());
  return idle ? until : std::min<SteadyTime>(until, now_ + 1s);
}

SteadyTime LifecycleCore::advance(Where where) {
  where_ = where;
  for (;;) {
    signals_.retake();
    take_signals();
    now_ = state_->clock().steady_now();
    if (call_ && call_->ended()) end_call();
    const auto action = next_action();
    switch (action.kind) {
      case DrainAction::Kind::wait: show_awaited(); return action.until;
      case DrainAction::Kind::enter: enter(action.cause); break;
      case DrainAction::Kind::call: begin_call(action.callback); break;
      case DrainAction::Kind::abandon: end_call(); break;
      case DrainAction::Kind::refuse: work_->close(); break;
    }
  }
}

/// Waits until `condition` returns true, by the system's clock. False if `limit` passes first.
bool LifecycleCore::await(const std::function<bool()>& condition, Duration limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return false;
    wake_->wait_for(left);
  }
  return true;
}

/// Calls what must end even after the deadline. True if that went well.
bool LifecycleCore::call_bounded(const char* name, const Callback::Call& call) {
  const auto began = state_->clock().steady_now();
  const CallbackCall under_way{
      {name, std::make_shared<const Callback::Call>(call), last_budget}, where_, wake_, state_->redactor};
  await([&] { return under_way.ended(); }, last_budget);
  const auto took = state_->clock().steady_now() - began;
  auto how = under_way.how_it_went(took, last_budget);
  if (how == CallbackCall::done) return true;
  publish({.from = state(), .to = state(), .callback = name, .reason = std::move(how), .lasted = took});
  return false;
}

/// Waits for the log, but not for one that hangs. True if everything has been written.
bool LifecycleCore::flush() {
  const auto written = std::make_shared<std::promise<void>>();
  const auto all = written->get_future();
  post_log(*state_, [written] { written->set_value(); });
  return all.wait_for(patience) == std::future_status::ready;
}

}  // namespace detail
}  // namespace vitals::inline v1
