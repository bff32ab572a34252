#include "core/scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "core/frame.hpp"
#include "core/signals.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto retry_after = 100ms;  // when to try again to create a thread
constexpr auto longest_delay = 1s;   // of the timer: what is longer is a gap
constexpr std::size_t batch = 256;   // checks that the timer looks at before it lets others have the lock

constexpr std::size_t index_of(Lane lane) { return static_cast<std::size_t>(lane); }

}  // namespace

void Scheduler::start() {
  attend();
  if (next_look() && !timer_runs_)
    throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again),
                            "vitals: can't create the timer thread"};
}

void Scheduler::stop() {
  attend();
  stopping_ = true;
  expect_no_timer();
  if (timer_runs_) alarm_->set(steady_clock::now());
  watcher_called_.notify_all();
  work_came_.notify_all();
  for (auto& serial : lanes_) serial.posted.notify_all();
}

Scheduler::~Scheduler() {
  for (auto& thread : handles_) thread.detach();  // stuck in user code until now; this may be one of them
}

bool Scheduler::await_end(steady_clock::time_point deadline) {
  std::vector<std::thread> ended;
  {
    std::unique_lock lock{state_.mutex_};
    if (!thread_ended_.wait_until(lock, deadline, [&] { return threads_ == 0; })) return false;
    ended.swap(handles_);
  }
  for (auto& thread : ended) thread.join();
  return true;
}

bool Scheduler::spawn(void (Scheduler::*work)()) {
  try {
    const SignalsBlocked blocked;
    handles_.reserve(handles_.size() + 1);
    handles_.emplace_back(
        [self = shared_from_this(), state = state_.shared_from_this(), work] { (self.get()->*work)(); });
  } catch (const std::exception&) {
    return false;
  }
  ++threads_;
  return true;
}

void Scheduler::end_thread() {
  --threads_;
  thread_ended_.notify_all();
  if (stopping_) return;  // await_end() joins it
  const auto is_own = [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); };
  const auto own = std::find_if(handles_.begin(), handles_.end(), is_own);
  own->detach();
  handles_.erase(own);
}

void Scheduler::attend() {
  staff();
  if (state_.events_.has_work() && !std::exchange(events_posted_, true))
    post(Lane::events, [this] {
      std::unique_lock lock{state_.mutex_};
      events_posted_ = false;
      state_.events_.deliver(lock, &state_);
    });
  for (const auto lane : {Lane::events, Lane::answers, Lane::log}) serve(lane);
  const auto look = next_look();
  if (!look || stopping_) return;
  if (!timer_runs_) {
    expect_timer_at(steady_clock::now());
    alarm_.emplace();
    timer_runs_ = spawn(&Scheduler::run_timer);
    if (!timer_runs_) end_timer();
  } else if (*look < timer_wake_) {
    wake_timer_at(*look);
  }
}

void Scheduler::wake_timer_at(steady_clock::time_point moment) noexcept {
  expect_timer_at(moment);
  alarm_->set(moment);
}

void Scheduler::expect_timer_at(steady_clock::time_point moment) noexcept {
  timer_slept_ = steady_clock::now();
  timer_wake_ = moment;
  state_.gap_from_.store((moment + longest_delay).time_since_epoch().count(), std::memory_order_relaxed);
}

void Scheduler::expect_no_timer() noexcept { state_.gap_from_.store(RegistryState::no_gap, std::memory_order_relaxed); }

void Scheduler::end_timer() noexcept {
  alarm_.reset();
  if (!stopping_) expect_no_timer();  // else that was done, and another scheduler may have a timer
}

std::optional<Duration> Scheduler::take_gap() noexcept {
  if (!timer_runs_ || !state_.in_gap()) return std::nullopt;
  const auto since = steady_clock::now() - timer_slept_;
  expect_timer_at(steady_clock::now());
  return since;
}

// The timetable goes by the registry's clock and the waits by the system's, which differ in tests only.
std::optional<steady_clock::time_point> Scheduler::next_look() const {
  const auto now = steady_clock::now();
  std::optional<steady_clock::time_point> look;
  const auto no_later_than = [&](steady_clock::time_point when) { look = std::min(look.value_or(when), when); };
  if (const auto first = state_.looks_.first(); first != SteadyTime::max()) {
    const Duration delay = first - state_.options_.clock.steady_now();
    no_later_than(now + std::clamp<Duration>(delay, 0s, longest_sleep));
  }
  if (!state_.waiting_.empty()) no_later_than(state_.waiting_.front()->deadline);
  const auto unserved = [](const Serial& serial) { return !serial.served && !serial.tasks.empty(); };
  if ((runnable() > 0 && idle_ + called_ == 0) || std::any_of(lanes_.begin(), lanes_.end(), unserved))
    no_later_than(now + retry_after);
  return look;
}

void Scheduler::run_timer() {
  for (;;) {
    look_at_timetable();
    std::unique_lock lock{state_.mutex_};
    const auto look = stopping_ ? std::nullopt : next_look();
    if (!look) {
      timer_runs_ = false;
      end_timer();
      end_thread();
      return;
    }
    wake_timer_at(*look);
    lock.unlock();
    alarm_->wait();
  }
}

void Scheduler::look_at_timetable() {
  RegistryState::Transaction transaction{state_};
  if (stopping_) return;
  if (timer_runs_) expect_timer_at(steady_clock::now());
  state_.end_overdue_waits(transaction);
  auto& looks = state_.looks_;
  for (std::size_t looked = 0; looked < batch && looks.first() <= transaction.now(); ++looked) {
    if (auto* entry = looks.first_entry()) {
      looks.move(entry->look, SteadyTime::max(), entry->id, entry);
      state_.look_at(*entry, transaction);
    } else {
      state_.commit(transaction);
      state_.book_probes();
    }
  }
}

void Scheduler::post(Lane lane, std::function<void()> task) {
  lanes_[index_of(lane)].tasks.push_back(std::move(task));
  serve(lane);
}

void Scheduler::serve(Lane lane) {
  auto& serial = lanes_[index_of(lane)];
  if (serial.tasks.empty()) return;
  if (serial.served) {
    serial.posted.notify_one();
    return;
  }
  switch (lane) {
    case Lane::events: serial.served = spawn(&Scheduler::run_lane<Lane::events>); return;
    case Lane::answers: serial.served = spawn(&Scheduler::run_lane<Lane::answers>); return;
    case Lane::log: serial.served = spawn(&Scheduler::run_lane<Lane::log>); return;
  }
}

std::vector<std::function<void()>> Scheduler::unserved() {
  std::vector<std::function<void()>> tasks;
  for (auto& serial : lanes_)
    if (!serial.served) std::move(serial.tasks.begin(), serial.tasks.end(), std::back_inserter(tasks));
  if (idle_ + called_ > 0) return tasks;
  for (auto& stop : std::exchange(stops_, {}))
    tasks.emplace_back([this, stop = std::move(stop)]() mutable {
      const Frame frame{&state_};
      stop.request_stop();
    });
  return tasks;
}

template <Lane lane>
void Scheduler::run_lane() {
  auto& serial = lanes_[index_of(lane)];
  std::unique_lock lock{state_.mutex_};
  for (;;) {
    serial.posted.wait_for(lock, linger, [&] { return stopping_ || !serial.tasks.empty(); });
    if (serial.tasks.empty()) {
      serial.served = false;
      end_thread();
      return;
    }
    auto task = std::move(serial.tasks.front());
    serial.tasks.pop_front();
    lock.unlock();
    {
      const Frame frame{&state_};
      try {
        task();
      } catch (...) {  // user code at its end: there is nobody to tell
      }
      task = nullptr;
    }
    lock.lock();
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
