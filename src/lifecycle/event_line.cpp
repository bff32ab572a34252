#include "lifecycle/event_line.hpp"

#include "core/base/text.hpp"
#include "core/base/utc_text.hpp"

namespace vitals::inline v1 {
namespace detail {

std::string line_of(const LifecycleEvent& event) {
  std::string line = utc_text(event.time) + " vitals: lifecycle: ";
  line += to_string(event.from);
  if (event.is_callback())
    line.append(": ").append(event.callback).append(" took ");
  else
    line.append(" -> ").append(to_string(event.to)).append(" after ");
  line += spoken_span(event.lasted);
  if (!event.reason.empty()) line += " (" + event.reason + ")";
  if (event.in_flight > 0) line += ", " + std::to_string(event.in_flight) + " in flight";
  return line;
}

}  // namespace detail
}  // namespace vitals::inline v1
