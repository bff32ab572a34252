#include "http/kept_bodies.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<const KeptBody> KeptBodies::find(const Question& question) const {
  const Slot& slot = slots_[index_of_slot(question)];
  const std::lock_guard lock{slot.mutex};
  return slot.body;
}

void KeptBodies::keep(const Question& question, std::shared_ptr<const KeptBody> body) {
  Slot& slot = slots_[index_of_slot(question)];
  const std::lock_guard lock{slot.mutex};
  slot.body.swap(body);  // the parameter is destroyed after the lock is released
}

/// If nothing but the slot owns the latest body, that body is dropped instead.
bool KeptBodies::has_two_in_use(Slot& slot) noexcept {
  if (slot.before.expired()) return false;
  std::shared_ptr<const KeptBody> unused;
  const std::lock_guard lock{slot.mutex};
  if (slot.body.use_count() > 1) return true;
  unused.swap(slot.body);
  return false;
}

std::shared_ptr<const KeptBody> KeptBodies::renew(const Question& question, const Writer& write, bool may_lag) {
  Slot& slot = slots_[index_of_slot(question)];
  const auto begun_before = slot.begun.load();
  const std::lock_guard writing{slot.writing};
  if (slot.written > begun_before)
    if (auto latest = find(question)) return latest;
  if (may_lag && has_two_in_use(slot)) return find(question);
  const auto number = ++slot.begun;
  auto body = write();
  if (auto replaced = find(question)) slot.before = replaced;
  keep(question, body);
  slot.written = number;
  return body;
}

}  // namespace detail
}  // namespace vitals::inline v1
