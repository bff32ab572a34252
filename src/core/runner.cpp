#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <vitals/runner.hpp>

#include "core/frame.hpp"
#include "core/moments.hpp"
#include "core/registry_state.hpp"
#include "core/scheduler.hpp"
#include "core/scheduler_lease.hpp"

namespace vitals::inline v1 {
namespace detail {

void Log::write(const std::string& line) noexcept {
  write(line, [] {});
}

void Log::write(const std::string& line, const std::function<void()>& then) noexcept {
  std::unique_lock lock{mutex_};
  if (!returned_.wait_for(lock, patience, [&] { return !in_call_; }) || ended_) return;
  in_call_ = true;
  caller_ = std::this_thread::get_id();
  lock.unlock();
  try {
    if (function_)
      function_(line);
    else
      std::cerr << line + '\n';
  } catch (...) {  // promised by LogFunction not to happen, and nobody is left to be told
  }
  try {
    then();
  } catch (...) {  // user code, too
  }
  lock.lock();
  in_call_ = false;
  returned_.notify_all();
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
  state_->acquire_scheduler();
  held_ = true;
}

SchedulerLease::~SchedulerLease() {
  if (!std::exchange(held_, false)) return;
  const auto last = state_->release_scheduler();
  if (last && !Frame::inside(state_.get()) && !last->await_end(std::chrono::steady_clock::now() + patience))
    for (const auto& name : state_->checks_in_call())
      log_->write("vitals: check " + name + " is still running and was abandoned");
  log_->end();
}

void SchedulerLease::release() noexcept {
  if (!std::exchange(held_, false)) return;
  state_->release_scheduler();
  log_->end();
}

void SchedulerLease::log(std::string line) noexcept {
  try {
    state_->post_log([log = log_, line = std::move(line)] { log->write(line); });
  } catch (...) {  // out of memory: the line is lost, the service goes on
  }
}

}  // namespace detail

Runner::Runner(HealthRegistry& registry, RunnerOptions options)
    : lease_{std::make_shared<detail::SchedulerLease>(detail::state_of(registry), std::move(options.log))} {}

Runner::~Runner() = default;

}  // namespace vitals::inline v1
