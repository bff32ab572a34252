// The shares that Runners and servers hold in the scheduler.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/registry_state.hpp"
#include "core/scheduler.hpp"

namespace vitals::inline v1 {
namespace detail {

void RegistryState::acquire_scheduler() {
  Transaction transaction{*this};
  if (leases_ == 0) {
    scheduler_ = std::make_shared<Scheduler>(*this);
    for (const auto& [id, entry] : entries_) look_at(*entry, transaction);
    try {
      scheduler_->start();
    } catch (...) {
      clear_queue(transaction);
      scheduler_->stop();
      scheduler_ = nullptr;
      throw;
    }
    bump();
  }
  ++leases_;
}

std::shared_ptr<Scheduler> RegistryState::release_scheduler() noexcept {
  Transaction transaction{*this};
  if (--leases_ > 0) return nullptr;
  // Waits are answered on a lane and not here: what comes of it may call into whoever ends the lease.
  for (const auto& wait : std::exchange(waiting_, {}))
    if (!std::exchange(wait->over, true)) scheduler_->post(Lane::answers, std::move(wait->ready));
  clear_queue(transaction);
  for (const auto& [id, entry] : entries_) {
    if (!entry->run) continue;
    entry->run->abandoned = true;
    release_slot(*entry, *entry->run);
    end_pending(*entry, transaction);
    scheduler_->post_stop(entry->run->stop);
  }
  scheduler_->stop();
  for (auto& task : scheduler_->unserved()) transaction.call_later(std::move(task));
  stopped_ = std::exchange(scheduler_, nullptr);
  for (const auto& [id, entry] : entries_) judge_entry(*entry, transaction);
  bump();
  return stopped_;
}

std::vector<std::string> RegistryState::checks_in_call() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> names;
  for (const auto* checks : {&entries_, &leaving_})
    for (const auto& [id, entry] : *checks)
      if (entry->calls > 0) names.push_back(entry->name);
  return names;
}

}  // namespace detail
}  // namespace vitals::inline v1
