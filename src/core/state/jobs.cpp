#include "core/state/jobs.hpp"

#include <chrono>
#include <utility>

#include "core/state/probes.hpp"

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<Wait> begin_wait(RegistryState& state, std::function<void()> ready) {
  if (state.in_another_process()) return nullptr;
  auto wait = std::make_shared<Wait>(std::move(ready));
  wait->deadline = std::chrono::steady_clock::now() + longest_wait(state.options.answer_budget);
  Tasks refused;  // destroyed without the lock: it is user code
  Transaction transaction{state};
  if (!state.threads) {
    refused.swap(wait->ready);
    return nullptr;
  }
  try {
    state.waits.add(wait);
  } catch (...) {
    refused.swap(wait->ready);
    throw;
  }
  transaction.settle();
  return wait;
}

void end_wait(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept {
  Transaction transaction{state};
  transaction.effects().fired.add(wait);
}

bool is_over(RegistryState& state, const std::shared_ptr<Wait>& wait) noexcept {
  const Lock lock{state.mutex};
  return wait && wait->over;
}

void post_job(RegistryState& state, Tasks job) noexcept {
  Transaction transaction{state};
  if (!state.threads) return;
  state.threads->jobs.splice(state.threads->jobs.end(), job);
  state.threads->crew.ask_job();
  transaction.settle();
}

}  // namespace detail
}  // namespace vitals::inline v1
