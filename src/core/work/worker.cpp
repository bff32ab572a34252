// What the workers of a registry do: calls of checks, stop requests, and jobs.

#include <string_view>
#include <utility>

#include "core/base/frame.hpp"
#include "core/base/user_code.hpp"
#include "core/state/runs.hpp"
#include "core/state/transaction.hpp"
#include "core/work/threads.hpp"

namespace vitals::inline v1 {
namespace detail {

using std::chrono::steady_clock;

void Threads::take_work(Work& work, Transaction& transaction) {
  holds(state_);
  if (crew.runnable_stops() > 0) {
    work.stop = stops;
    stops = std::exchange(work.stop->next_stop, nullptr);
    return crew.begin_stop();
  }
  if (crew.stopping) return;
  work.call = take_ready(state_, transaction);
  if (work.call || crew.runnable_jobs(state_.runs) == 0) return;
  work.job.splice(work.job.begin(), jobs, jobs.begin());
  crew.begin_job(state_.runs);
}

auto Threads::next_work(Work done, bool called) -> Work {
  Work work;
  Transaction transaction{state_};
  holds(state_);
  if (done.call) finish(state_, *done.call, transaction);
  if (done.stop) crew.end_stop();
  if (!done.job.empty()) crew.end_job(state_.runs);
  if (called) crew.comes();
  take_work(work, transaction);
  if (!work.any()) crew.rests();
  transaction.settle();
  return work;
}

void Threads::run_worker() {
  Work work;
  auto idle_end = steady_clock::now() + linger;
  for (bool called = true;;) {
    work = next_work(std::move(work), std::exchange(called, false));
    if (work.any()) {
      do_work(work);
      if (!work.stop) idle_end = steady_clock::now() + linger;
    } else if (called = await_work(idle_end); !called) {
      leave();
      return;
    }
  }
}

void Threads::do_work(Work& work) {
  try {
    if (work.call) return detail::make(state_, *work.call);
    const Frame frame{&state_};
    if (work.stop) work.stop->stop.request_stop();
    if (!work.job.empty()) call_and_catch(work.job.front(), [](std::string_view) {});
  } catch (...) {  // user code ends this thread: another worker may take its place
    leave_after(work);
    throw;
  }
}

void Threads::leave_after(Work& work) {
  {
    Transaction transaction{state_};
    holds(state_);
    if (work.call) finish(state_, *work.call, transaction);
    if (work.stop) crew.end_stop();
    if (!work.job.empty()) crew.end_job(state_.runs);
    crew.drop_thread();
    transaction.settle();
  }
  leave();
}

// @returns False if there was none for so long that the thread ends.
bool Threads::await_work(SystemTime end) {
  Lock lock{state_.mutex};
  while (!crew.stopping && crew.woken == 0 && steady_clock::now() < end) work_came_.wait_until(lock, end);
  if (crew.notices()) return true;
  crew.gives_up();
  return false;
}

}  // namespace detail
}  // namespace vitals::inline v1
