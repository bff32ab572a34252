#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include <vitals/runner.hpp>

#include "core/frame.hpp"
#include "core/registry_state.hpp"
#include "core/scheduler.hpp"
#include "core/scheduler_lease.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr auto patience = std::chrono::seconds{1};

void call_log(const LogFunction& log, const std::string& line) noexcept {
  try {
    if (log)
      log(line);
    else
      std::cerr << line + '\n';
  } catch (...) {  // promised by LogFunction not to happen, and nobody is left to be told
  }
}

}  // namespace

SchedulerLease::SchedulerLease(std::shared_ptr<RegistryState> state, LogFunction log)
    : state_{std::move(state)}, log_{std::make_shared<const LogFunction>(std::move(log))} {
  state_->acquire_scheduler();
  held_ = true;
}

SchedulerLease::~SchedulerLease() {
  if (!std::exchange(held_, false)) return;
  const auto last = state_->release_scheduler();
  if (!last || Frame::inside(state_.get())) return;
  if (last->await_end(std::chrono::steady_clock::now() + patience)) return;
  for (const auto& name : state_->checks_in_call())
    call_log(*log_, "vitals: check " + name + " is still running and was abandoned");
}

void SchedulerLease::release() noexcept {
  if (std::exchange(held_, false)) state_->release_scheduler();
}

void SchedulerLease::log(std::string line) noexcept {
  try {
    state_->post_log([log = log_, line = std::move(line)] { call_log(*log, line); });
  } catch (...) {  // out of memory: the line is lost, the service goes on
  }
}

}  // namespace detail

Runner::Runner(HealthRegistry& registry, RunnerOptions options)
    : lease_{std::make_unique<detail::SchedulerLease>(detail::state_of(registry), std::move(options.log))} {}

Runner::~Runner() = default;

}  // namespace vitals::inline v1
