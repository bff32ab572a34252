#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <vitals/runner.hpp>

#include "core/base/frame.hpp"
#include "core/base/moments.hpp"
#include "core/base/user_code.hpp"
#include "core/scheduler_lease.hpp"
#include "core/state/leases.hpp"
#include "core/state/probes.hpp"

namespace vitals::inline v1 {
namespace detail {

void Log::write(const std::string& line) {
  write(line, [] {});
}

void Log::write(const std::string& line, const std::function<void()>& then) {
  std::unique_lock lock{mutex_};
  if (!returned_.wait_for(lock, patience, [&] { return !in_call_; }) || ended_) return;
  in_call_ = true;
  caller_ = std::this_thread::get_id();
  lock.unlock();
  const auto returned = [&] {
    lock.lock();
    in_call_ = false;
    returned_.notify_all();
  };
  const auto print = [&] {
    if (function_)
      function_(line);
    else
      std::cerr << line + '\n';
  };
  const auto dropped = [](std::string_view) {};  // there is nowhere to report it
  try {
    call_user_code(print, dropped);
    call_user_code(then, dropped);
  } catch (...) {  // the function ends this thread
    returned();
    throw;
  }
  returned();
}

void Log::end() noexcept {
  std::unique_lock lock{mutex_};
  ended_ = true;
  if (in_call_ && caller_ == std::this_thread::get_id()) return;
  returned_.wait_for(lock, patience, [&] { return !in_call_; });
}

SchedulerLease::SchedulerLease(std::shared_ptr<RegistryState> state, LogFunction log)
    : SchedulerLease{std::move(state), std::make_shared<Log>(std::move(log))} {}

SchedulerLease::SchedulerLease(std::shared_ptr<RegistryState> state, std::shared_ptr<Log> log)
    : state_{std::move(state)}, log_{std::move(log)} {
  acquire_threads(*state_);
  held_ = true;
}

bool SchedulerLease::leave_to_parent() noexcept {
  if (!state_ || !state_->in_another_process()) return false;
  leak(std::move(state_));
  leak(std::move(log_));
  held_ = false;
  return true;
}

SchedulerLease::~SchedulerLease() {
  if (leave_to_parent() || !std::exchange(held_, false)) return;
  const auto last = release_threads(*state_);
  if (last && !Frame::inside(state_.get()) && !last->await_end(std::chrono::steady_clock::now() + patience))
    for (const auto& name : detail::checks_in_call(*state_))
      log_->write("vitals: check " + name + " is still running and was abandoned");
  log_->end();
}

void SchedulerLease::release() noexcept {
  if (leave_to_parent() || !std::exchange(held_, false)) return;
  release_threads(*state_);
  log_->end();
}

void SchedulerLease::log(std::string line) noexcept {
  try {
    post_log(*state_, [log = log_, line = std::move(line)] { log->write(line); });
  } catch (...) {  // out of memory: the line is lost, the service goes on
  }
}

}  // namespace detail

Runner::Runner(HealthRegistry& registry, RunnerOptions options)
    : lease_{std::make_shared<detail::SchedulerLease>(detail::state_of(registry), std::move(options.log))} {}

Runner::~Runner() = default;

}  // namespace vitals::inline v1
