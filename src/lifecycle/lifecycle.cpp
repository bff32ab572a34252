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

WorkToken::WorkToken(WorkToken&& other) noexcept = default;

WorkToken& WorkToken::operator=(WorkToken&& other) noexcept {
  WorkToken moved{std::move(other)};  // so that what was held ends now
  std::swap(count_, moved.count_);
  return *this;
}

WorkToken::~WorkToken() {
  if (count_) count_->end();
}

Lifecycle::Lifecycle(HealthRegistry& health, LifecycleOptions options)
    : Lifecycle{health, std::function<void()>{}, std::move(options)} {}

Lifecycle::Lifecycle(HealthRegistry& health, std::function<void()> stop_server, LifecycleOptions options)
    : core_{std::make_shared<detail::LifecycleCore>(detail::state_of(health), std::move(stop_server),
                                                    std::move(options))} {}

Lifecycle::~Lifecycle() = default;

WorkToken Lifecycle::begin_work() noexcept {
  const auto& work = core_->work();
  return work->begin() ? WorkToken{work} : WorkToken{};
}

LifecycleState Lifecycle::state() const noexcept { return core_->state(); }

bool Lifecycle::draining() const noexcept { return core_->ending(); }

void Lifecycle::begin_shutdown(std::string_view reason) { core_->ask(reason); }

void Lifecycle::shorten(std::string_view reason) { core_->insist(reason); }

int Lifecycle::run() { return core_->run(); }

int Lifecycle::run(const std::function<void()>& loop, const std::function<void()>& stop_loop) {
  return core_->run(loop, stop_loop, false);
}

int Lifecycle::run_or_exit() {
  if (const int status = core_->run(); status != 0) std::quick_exit(status);
  return 0;
}

int Lifecycle::run_or_exit(const std::function<void()>& loop, const std::function<void()>& stop_loop) {
  return core_->run(loop, stop_loop, true);
}

SteadyTime Lifecycle::step() { return core_->step(); }

void Lifecycle::add(LifecycleState state, std::string_view name, Callable callable, Duration budget) {
  core_->add(state, name, std::move(callable), budget);
}

}  // namespace vitals::inline v1
