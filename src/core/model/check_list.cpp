#include "core/model/check_list.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

Check* merged(Check* a, Check* b) noexcept {
  Check* first = nullptr;
  Check** end = &first;
  while (a != nullptr && b != nullptr) {
    auto& smaller = a->id < b->id ? a : b;
    *end = smaller;
    end = &smaller->next_touched;
    smaller = smaller->next_touched;
  }
  *end = a != nullptr ? a : b;
  return first;
}

/// Merge sort without memory: `runs[i]` holds a sorted list of 2^i checks, or none.
Check* sorted(Check* list) noexcept {
  std::array<Check*, 64> runs{};
  while (list != nullptr) {
    Check* run = std::exchange(list, list->next_touched);
    run->next_touched = nullptr;
    std::size_t i = 0;
    for (; runs[i] != nullptr; ++i) run = merged(std::exchange(runs[i], nullptr), run);
    runs[i] = run;
  }
  Check* all = nullptr;
  for (Check* run : runs) all = merged(run, all);
  return all;
}

}  // namespace

void CheckList::add(const std::shared_ptr<Check>& check) {
  const auto named = names_.emplace(check->name, check.get()).first;
  try {
    checks_.emplace(check->id, check);
  } catch (...) {
    names_.erase(named);
    throw;
  }
  last_id_ = check->id;
  if (!check->instant) ++scheduled_;
  touch(*check);
}

CheckList::Checks::node_type CheckList::remove(std::uint64_t id) noexcept {
  auto node = checks_.extract(id);
  if (node.empty()) return node;
  auto& check = *node.mapped();
  names_.erase(names_.find(check.name));
  if (!check.instant) --scheduled_;
  book(check, {});
  check.removed = true;
  if (!check.touched) return node;
  for (Check** link = &touched_; *link != nullptr; link = &(*link)->next_touched) {
    if (*link != &check) continue;
    *link = check.next_touched;
    break;
  }
  check.touched = false;
  return node;
}

void CheckList::clear() noexcept {
  touched_ = nullptr;
  for (const auto& [id, check] : checks_) {
    book(*check, {});
    check->touched = false;
    check->removed = true;
  }
  scheduled_ = 0;
  names_.clear();
  checks_.clear();
}

Check* CheckList::find(std::string_view name) const noexcept {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

void CheckList::touch(Check& check) noexcept {
  if (check.removed || std::exchange(check.touched, true)) return;
  check.next_touched = std::exchange(touched_, &check);
}

void CheckList::touch_all() noexcept {
  for (const auto& [id, check] : checks_) touch(*check);
}

void CheckList::touch_expired(SteadyTime now) noexcept {
  for (const auto& expiries : expiries_) expiries.each_until(now, [&](Check& check) { return touch(check), true; });
}

void CheckList::touch_due(SteadyTime now, std::size_t most) noexcept {
  if (most > 0) looks_.each_until(now, [&](Check& check) { return touch(check), --most > 0; });
}

Check* CheckList::take_touched() noexcept { return sorted(std::exchange(touched_, nullptr)); }

void CheckList::book(Check& check, const Bookings& bookings) noexcept {
  const auto probe = index_of(check.rules.probe);
  looks_.move(check.look, bookings.look);
  expiries_[probe].move(check.expiry, bookings.expiry);
  wants_[probe].move(check.want, bookings.want);
}

}  // namespace detail
}  // namespace vitals::inline v1
