#include <cstdlib>
#include <utility>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>

#include "lifecycle/lifecycle_core.hpp"
#include "lifecycle/work_count.hpp"

namespace vitals::inline v1 {

std::string_view to_string(LifecycleState state) noexcept {
  switch (state) {
    case LifecycleState::serving: return "serving";
    case LifecycleState::draining: return "draining";
    case LifecycleState::finishing: return "finishing";
    case LifecycleState::stopping: return "stopping";
    case LifecycleState::stopped: return "stopped";
  }
  return "unknown";
}

WorkToken::WorkToken() noexcept = default;
WorkToken::WorkToken(std::shared_ptr<detail::WorkCount> count) noexcept : count_{std::move(count)} {}
WorkToken::WorkToken(WorkToken&& other) noexcept = default;

WorkToken& WorkToken::operator=(WorkToken&& other) noexcept {
  WorkToken moved{std::move(other)};  // so that the work held before ends now
  std::swap(count_, moved.count_);
  return *this;
}

WorkToken::~WorkToken() {
  if (count_) count_->end();
}

Lifecycle::Lifecycle(HealthRegistry& health, LifecycleOptions options)
    : Lifecycle{health, detail::ServerCalls{}, std::move(options)} {}

Lifecycle::Lifecycle(HealthRegistry& health, detail::ServerCalls server, LifecycleOptions options)
    : core_{std::make_shared<detail::LifecycleCore>(detail::state_of(health), std::move(server), std::move(options))} {}

Lifecycle::~Lifecycle() {
  if (core_->in_another_process()) detail::leak(std::move(core_));
}

WorkToken Lifecycle::begin_work() noexcept {
  const auto& work = core_->work();
  return work->begin() ? WorkToken{work} : WorkToken{};
}

LifecycleState Lifecycle::state() const noexcept { return core_->state(); }

bool Lifecycle::shutting_down() const noexcept { return core_->ending(); }

void Lifecycle::begin_shutdown(Text reason) { core_->ask(reason); }

void Lifecycle::shorten(Text reason) { core_->insist(reason); }

int Lifecycle::run(const RunOptions& options) { return core_->run(options, false); }

int Lifecycle::run_or_exit(const RunOptions& options) {
  const int status = core_->run(options, true);
  if (status != 0) std::quick_exit(status);
  return status;
}

SteadyTime Lifecycle::step() { return core_->step(); }

void Lifecycle::add(LifecycleState state, std::string_view name, Callable callable, Duration budget) {
  core_->add(state, name, std::move(callable), budget);
}

}  // namespace vitals::inline v1
