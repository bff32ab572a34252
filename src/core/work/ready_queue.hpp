#pragma once

#include <array>
#include <memory>
#include <utility>

#include "core/work/entry.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The checks whose run is due and has no worker yet: two queues, see queue_of(). Allocates nothing.
class ReadyQueue {
 public:
  void push(std::shared_ptr<Entry> entry) noexcept {
    auto& [first, last] = queues_[queue_of(*entry)];
    entry->queued = true;
    auto* const added = entry.get();
    (last != nullptr ? last->next_ready : first) = std::move(entry);
    last = added;
  }
  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<Entry> pop(std::size_t queue) noexcept {
    auto& [first, last] = queues_[queue];
    auto entry = std::move(first);
    if (!entry) return entry;
    first = std::exchange(entry->next_ready, nullptr);
    if (!first) last = nullptr;
    entry->queued = false;
    return entry;
  }
  template <class Visit>
  void each(std::size_t queue, Visit visit) const {
    for (auto* entry = queues_[queue].first.get(); entry != nullptr; entry = entry->next_ready.get()) visit(*entry);
  }

 private:
  struct Queue {
    std::shared_ptr<Entry> first = nullptr;
    Entry* last = nullptr;
  };
  std::array<Queue, 2> queues_;
};

}  // namespace detail
}  // namespace vitals::inline v1
