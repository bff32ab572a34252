// The scheduler's workers: how many there are, and what each of them does next.

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/frame.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto patience_with_a_watcher = 50ms;

// Liveness checks never queue behind others, so that only they count against their limit.
std::size_t Scheduler::in_time(std::size_t queue) const noexcept {
  return queue == 0 ? state_.in_time_[0] : state_.in_time_[0] + state_.in_time_[1];
}

std::size_t Scheduler::free_threads(std::size_t queue) const noexcept {
  return queue == 0 ? max_threads : max_others - std::min(max_others, state_.in_call_[queue]);
}

std::size_t Scheduler::runnable(std::size_t queue) const noexcept {
  const auto slots = max_in_time - std::min(max_in_time, in_time(queue));
  return std::min({state_.ready_[queue].size(), slots, free_threads(queue)});
}

std::size_t Scheduler::runnable_stops() const noexcept {
  return std::min(stops_.size(), max_stop_requests - stops_under_way_);
}

std::size_t Scheduler::runnable() const noexcept {
  return runnable_stops() + (stopping_ ? 0 : runnable(0) + runnable(1));
}

void Scheduler::staff() {
  for (const auto wanted = runnable(); called_ < wanted; ++called_) {
    if (idle_ > 0) {
      --idle_;
      ++wakes_;
      work_came_.notify_one();
      if (watching_) watcher_called_.notify_one();
    } else if (threads_ >= max_threads || !spawn(&Scheduler::run_worker)) {
      return;
    }
  }
}

bool Scheduler::stuck(std::size_t queue) const noexcept {
  return in_time(queue) == 0 && (free_threads(queue) == 0 || idle_ + called_ == 0);
}

std::shared_ptr<Entry> Scheduler::take_ready() {
  for (std::size_t queue = 0; queue < state_.ready_.size(); ++queue) {
    while (runnable(queue) > 0) {
      auto entry = state_.ready_[queue].front();
      state_.ready_[queue].pop_front();
      if (state_.runs(*entry)) return entry;
      entry->queued = false;
    }
  }
  return nullptr;
}

// A worker looks for work when it is called and after each piece of it, in one go with handing in the result.
void Scheduler::run_worker() {
  std::optional<Call> call;
  bool stopped = false;
  auto idle_end = steady_clock::now() + linger;
  for (bool called = true;;) {
    auto made = std::exchange(call, std::nullopt);
    std::stop_source stop{std::nostopstate};
    {
      RegistryState::Transaction transaction{state_};
      if (made) state_.finish(*made, transaction);
      if (std::exchange(called, false)) --called_;
      if (std::exchange(stopped, false)) --stops_under_way_;
      if (runnable_stops() > 0) {
        stop = std::move(stops_.front());
        stops_.pop_front();
        ++stops_under_way_;
      } else if (const auto entry = stopping_ ? nullptr : take_ready()) {
        call = state_.begin_run(entry, true, transaction);
      } else {
        ++idle_;
      }
    }
    made.reset();
    if (call) {
      state_.make(*call);
      idle_end = steady_clock::now() + linger;
    } else if (stop.stop_possible()) {
      const Frame frame{&state_};
      stop.request_stop();
      stopped = true;
    } else if (called = await_work(idle_end); !called) {
      return;
    }
  }
}

// False: there was none for so long that the thread has ended.
bool Scheduler::await_work(steady_clock::time_point end) {
  std::unique_lock lock{state_.mutex_};
  while (!stopping_ && wakes_ == 0 && steady_clock::now() < end) {
    if (has_gap()) {
      look_at_timetable(lock);
      continue;
    }
    const auto look = timer_runs_ && !watching_ ? next_look() : std::nullopt;
    if (!look || *look >= end) {
      work_came_.wait_until(lock, end);
    } else if (watch(lock, *look)) {
      --idle_;
      ++called_;
      look_at_timetable(lock);
      end_watch();
      return true;
    } else {
      if (has_gap()) look_at_timetable(lock);
      end_watch();
    }
  }
  if (wakes_ > 0) {
    --wakes_;
    return true;
  }
  --idle_;
  end_thread();
  return false;
}

// Nobody has yet done what a gap asks for, and whoever books the next look would forget it.
bool Scheduler::has_gap() const noexcept { return timer_runs_ && !stopping_ && state_.in_gap(); }

void Scheduler::look_at_timetable(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  look_at_timetable();
  lock.lock();
}

// True: the moment has come, and nobody has called.
bool Scheduler::watch(std::unique_lock<std::mutex>& lock, steady_clock::time_point look) {
  watching_ = true;
  // Where this thread has been made a slow one by a check, the timer is not much later.
  wake_timer_at(look + patience_with_a_watcher);
  expect_timer_at(look);
  watcher_called_.wait_until(lock, look);
  watching_ = false;
  return !stopping_ && timer_runs_ && wakes_ == 0 && steady_clock::now() >= look;
}

// From here on the timer sleeps until the next booking, unless there is none: then it wakes up and ends.
void Scheduler::end_watch() {
  if (!stopping_ && timer_runs_) wake_timer_at(next_look().value_or(steady_clock::now()));
}

void Scheduler::post_stop(std::stop_source stop) {
  stops_.push_back(std::move(stop));
  staff();
}

}  // namespace detail
}  // namespace vitals::inline v1
