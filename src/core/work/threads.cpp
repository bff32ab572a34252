// The threads of a registry: how each starts, works and ends. Settling decides what there is to do. Workers have a file
// of their own: worker.cpp.

#include "core/work/threads.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/cancellation.hpp"
#include "core/base/frame.hpp"
#include "core/base/signals.hpp"
#include "core/base/user_code.hpp"
#include "core/state/runs.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t batch = 256;  // checks that the timer settles before it releases the lock
constexpr auto rest = 1ms;          // the timer's shortest wait

}  // namespace

Threads::~Threads() {
  for (auto& thread : handles_) thread.detach();  // they were stuck in user code; this may be one of them
}

void Threads::make(const Calls& calls) noexcept {
  if (calls.wake_all) {
    timer_called_.notify_all();
    work_came_.notify_all();
    for (auto& posted : posted_) posted.notify_all();
  }
  if (calls.wake_timer) timer_called_.notify_one();
  for (std::size_t i = 0; i < calls.wake; ++i) work_came_.notify_one();
  if (calls.spawn_timer) spawn(Kind::timer);
  for (std::size_t i = 0; i < calls.spawn; ++i) spawn(Kind::worker);
  for (const auto lane : all_lanes) {
    if (calls.wake_lane[index_of(lane)]) posted_[index_of(lane)].notify_one();
    if (calls.spawn_lane[index_of(lane)])
      spawn(static_cast<Kind>(static_cast<int>(Kind::events) + static_cast<int>(lane)));
  }
}

// Without a timer nothing would be tried again later, so it is tried twice now.
void Threads::spawn(Kind kind) noexcept {
  if (!created(kind) && !created(kind)) spawn_failed(kind);
}

bool Threads::created(Kind kind) noexcept {
  if (state_.in_another_process()) return false;  // the checks and events belong to the parent
  try {
    const SignalsBlocked blocked;
    const Lock lock{handles_mutex_};  // until the handle is stored: leave() needs it
    std::list<std::thread> one{1};
    one.front() = std::thread{[self = shared_from_this(), state = state_.shared_from_this(), kind] {
      refuse_cancellation();
      self->run(kind);
    }};
    handles_.splice(handles_.end(), one);
    ++alive_;
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// If no thread will come any more, what is left is done here.
void Threads::spawn_failed(Kind kind) noexcept {
  Tasks tasks;
  {
    Transaction transaction{state_};
    holds(state_);
    if (kind == Kind::worker)
      crew.refused();
    else
      crew.drop_thread();
    state_.spawn_from = transaction.system_now() + retry_after;
    transaction.may_create = kind == Kind::timer ? Transaction::MayCreate::none : Transaction::MayCreate::timer;
    transaction.retry_later();
    switch (kind) {
      case Kind::timer:
        timer_runs = false;
        timer_failed = true;
        if (crew.stopping) break;
        state_.pause.rest();
        transaction.end_all_waits();  // no timer would at their deadline: the answer is the present state
        break;
      case Kind::worker:
        if (crew.stopping && crew.deserted()) {
          transaction.effects().stops = std::exchange(stops, nullptr);
          crew.drop_stops();
        }
        break;
      default: {
        auto& serial = lanes[static_cast<std::size_t>(kind) - static_cast<std::size_t>(Kind::events)];
        serial.served = false;
        if (crew.stopping) tasks.swap(serial.tasks);
      }
    }
    transaction.settle();
  }
  for (const auto& task : tasks) call_and_catch(task, [](std::string_view) {});
}

void Threads::run(Kind kind) {
  switch (kind) {
    case Kind::timer: return run_timer();
    case Kind::worker: return run_worker();
    case Kind::events: return run_lane(Lane::events);
    case Kind::answers: return run_lane(Lane::answers);
    case Kind::log: return run_lane(Lane::log);
  }
}

void Threads::leave() noexcept {
  const Lock lock{handles_mutex_};
  --alive_;
  ended_.notify_all();
  const auto is_own = [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); };
  const auto own = std::find_if(handles_.begin(), handles_.end(), is_own);
  if (joins_ || own == handles_.end()) return;
  own->detach();
  handles_.erase(own);
}

bool Threads::await_end(SystemTime deadline) {
  std::list<std::thread> ended;
  {
    Lock lock{handles_mutex_};
    joins_ = true;
    while (alive_ > 0)
      if (!ended_.wait_until(lock, deadline) && alive_ > 0) return false;
    ended.swap(handles_);
  }
  for (auto& thread : ended) thread.join();
  return true;
}

void Threads::run_timer() {
  for (;;) {
    if (const auto look = state_.look_at_threads.load()) look(state_);
    {
      Transaction transaction{state_};
      holds(state_);
      if (!crew.stopping) {
        transaction.settle(batch);
        const auto awake = transaction.system_now();
        timer_wake = next_wake(state_, transaction.now.steady, awake);
        rest_until = timer_wake > awake ? awake + rest : awake;
        timer_wake = std::max(timer_wake, rest_until);
      }
      if (crew.stopping || timer_wake == SystemTime::max()) {
        timer_runs = false;
        crew.drop_thread();
        if (!crew.stopping) state_.pause.rest();  // otherwise done, and a later Runner may have a timer
        break;
      }
      state_.pause.expect(timer_wake, transaction.system_now());
    }
    Lock lock{state_.mutex};
    while (!crew.stopping && steady_clock::now() < timer_wake) {
      const auto wake = timer_wake;  // wait_until() may keep a reference
      timer_called_.wait_until(lock, wake);
    }
  }
  leave();
}

bool Threads::has_work(Lane lane) const {
  holds(state_);
  return lane == Lane::events ? state_.events.has_work() : !lanes[index_of(lane)].tasks.empty();
}

void Threads::run_lane(Lane lane) {
  auto& serial = lanes[index_of(lane)];
  Lock lock{state_.mutex};
  for (;;) {
    const auto end = steady_clock::now() + linger;
    while (!crew.stopping && !has_work(lane) && steady_clock::now() < end)
      posted_[index_of(lane)].wait_until(lock, end);
    if (!has_work(lane)) break;
    serve_one(lane, lock);
  }
  serial.served = false;
  crew.drop_thread();
  lock.unlock();
  leave();
}

// If a listener, a `done` or a log function ends this thread, another one does what is left.
void Threads::serve_one(Lane lane, Lock& lock) VITALS_THREADS(no_thread_safety_analysis) {
  Tasks one;
  auto& serial = lanes[index_of(lane)];
  try {
    if (lane == Lane::events) return state_.events.deliver(lock, &state_);
    one.splice(one.begin(), serial.tasks, serial.tasks.begin());
    lock.unlock();
    const Frame frame{&state_};
    call_and_catch(one.front(), [](std::string_view) {});
    one.clear();
    lock.lock();
  } catch (...) {
    if (lock.native().owns_lock()) lock.unlock();
    one.clear();
    {
      Transaction transaction{state_};
      serial.served = false;
      crew.drop_thread();
      transaction.settle();
    }
    leave();
    throw;
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
