#include "core/work/waits.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

std::shared_ptr<Run> new_run() noexcept {
  try {
    return std::make_shared<Run>();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void Waits::begin(Entry& entry) noexcept {
  if (std::exchange(entry.awaited, true)) return;
  auto& runs = runs_[index_of(entry.rules.probe)];
  entry.awaited_number = ++runs.number;
  entry.awaited_before = std::exchange(runs.last, &entry);
  (entry.awaited_before != nullptr ? entry.awaited_before->awaited_after : runs.first) = &entry;
}

void Waits::end(Entry& entry, FiredWaits& fired) noexcept {
  if (!std::exchange(entry.awaited, false)) return;
  auto& runs = runs_[index_of(entry.rules.probe)];
  auto* const before = std::exchange(entry.awaited_before, nullptr);
  auto* const after = std::exchange(entry.awaited_after, nullptr);
  (before != nullptr ? before->awaited_after : runs.first) = after;
  (after != nullptr ? after->awaited_before : runs.last) = before;

  const auto is_over = [&] {
    return !runs.waits.empty() && (runs.first == nullptr || runs.waits.front().last < runs.first->awaited_number);
  };
  const auto count_down = [&](std::shared_ptr<Wait> wait) {
    if (--wait->outstanding == 0) fired.add(std::move(wait));
  };
  for (; is_over(); runs.waits.pop_front()) count_down(std::move(runs.waits.front().wait));
  for (; !entry.waits.empty(); entry.waits.pop_front()) count_down(std::move(entry.waits.front()));
}

namespace {

/// Appends to a queue of waits, and drops those at its front that are over.
template <class Queue, class WaitOf, class Added>
void append(Queue& queue, const WaitOf& wait_of, Added&& added) {
  while (!queue.empty() && wait_of(queue.front())->over) queue.pop_front();
  const auto wait = wait_of(queue.emplace_back(std::forward<Added>(added)));
  ++wait->outstanding;
}

}  // namespace

template <class AddAll>
bool Waits::add_all(const std::shared_ptr<Wait>& wait, const AddAll& add_to_runs) {
  try {
    add_to_runs();
    if (wait->outstanding == 0) return false;
    add(wait);
  } catch (...) {
    wait->over = true;
    throw;
  }
  return true;
}

bool Waits::add(const std::shared_ptr<Wait>& wait, ProbeSet probes) {
  return add_all(wait, [&] {
    for (const auto probe : all_probes) {
      auto& runs = runs_[index_of(probe)];
      if (!probes.contains(probe) || runs.first == nullptr) continue;
      append(
          runs.waits, [](const auto& each) { return each.wait; }, NumberedWait{runs.number, wait});
    }
  });
}

bool Waits::add(const std::shared_ptr<Wait>& wait, std::span<Entry* const> entries) {
  return add_all(wait, [&] {
    for (auto* const entry : entries)
      if (entry->awaited)
        append(
            entry->waits, [](const auto& each) { return each; }, wait);
  });
}

void Waits::add(const std::shared_ptr<Wait>& wait) {
  (void)first_deadline();  // drops those that are over
  const auto later = [](const auto& a, const auto& b) { return a->deadline < b->deadline; };
  try {
    by_deadline_.insert(std::upper_bound(by_deadline_.begin(), by_deadline_.end(), wait, later), wait);
  } catch (...) {
    wait->over = true;
    throw;
  }
}

void Waits::expire(SteadyTime system_now, FiredWaits& fired) noexcept {
  while (first_deadline() <= system_now && !by_deadline_.empty()) fired.add(by_deadline_.front());
}

void Waits::fire_all(FiredWaits& fired) noexcept {
  for (const auto& wait : by_deadline_) fired.add(wait);
  by_deadline_.clear();
}

SteadyTime Waits::first_deadline() noexcept {
  while (!by_deadline_.empty() && by_deadline_.front()->over) by_deadline_.pop_front();
  return by_deadline_.empty() ? SteadyTime::max() : by_deadline_.front()->deadline;
}

}  // namespace detail
}  // namespace vitals::inline v1
