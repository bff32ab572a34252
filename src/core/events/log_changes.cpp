#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/health_event.hpp>

#include "core/base/text.hpp"
#include "core/base/utc_text.hpp"

namespace vitals::inline v1 {

std::string to_string(const HealthEvent& event) {
  std::string line = detail::utc_text(event.time) + " vitals: " + std::string{to_string(event.probe)};
  if (event.is_check()) line += " check " + event.check;
  line += ": ";
  if (event.from) line += std::string{to_string(*event.from)} + " -> ";
  line += to_string(event.to);
  if (event.from) line += " after " + detail::spoken_span(event.lasted);
  if (!event.reason.empty()) line += " (" + event.reason + ")";
  if (event.missed > 0) {
    line += " [" + std::to_string(event.missed) + (event.missed == 1 ? " change" : " changes");
    line += " before this one not shown]";
  }
  return line;
}

HealthListener log_changes(std::ostream& out) {
  return [&out](const HealthEvent& event) { out << to_string(event) + '\n' << std::flush; };
}

HealthListener log_changes(LogFunction log) {
  if (!log) throw std::invalid_argument{"vitals: log_changes: the function must not be empty"};
  return [log = std::move(log)](const HealthEvent& event) { log(to_string(event)); };
}

}  // namespace vitals::inline v1
