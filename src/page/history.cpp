#include "page/history.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

std::size_t text_of(const HealthEvent& event) noexcept { return event.check.size() + event.reason.size(); }

}  // namespace

void History::add(const HealthEvent& event) {
  if (!event.from) return;
  const std::lock_guard lock{mutex_};
  events_.push_front(event);
  text_ += text_of(event);
  while (events_.size() > max_events || text_ > max_text) {
    text_ -= text_of(events_.back());
    events_.pop_back();
  }
}

std::vector<HealthEvent> History::latest() const {
  const std::lock_guard lock{mutex_};
  return {events_.begin(), events_.end()};
}

}  // namespace detail
}  // namespace vitals::inline v1
