#include "lifecycle/event_line.hpp"

#include "core/text.hpp"
#include "core/utc_text.hpp"

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

namespace detail {

std::string line_of(const LifecycleEvent& event) {
  std::string line = utc_text(event.time) + " vitals: lifecycle: ";
  line += to_string(event.from);
  if (event.callback.empty())
    line.append(" -> ").append(to_string(event.to)).append(" after ");
  else
    line.append(": ").append(event.callback).append(" took ");
  line += spoken_span(event.lasted);
  if (!event.reason.empty()) line += " (" + event.reason + ")";
  if (event.in_flight > 0) line += ", " + std::to_string(event.in_flight) + " in flight";
  return line;
}

}  // namespace detail
}  // namespace vitals::inline v1
