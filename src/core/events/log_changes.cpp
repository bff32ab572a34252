#include <ostream>
#include <string>

#include <vitals/health_event.hpp>

#include "core/base/text.hpp"
#include "core/base/utc_text.hpp"

namespace vitals::inline v1 {
namespace {

std::string line_of(const HealthEvent& event) {
  std::string line = detail::utc_text(event.time) + " vitals: " + std::string{to_string(event.probe)};
  if (!event.check.empty()) line += " check " + event.check;
  line += ": ";
  if (event.from) line += std::string{to_string(*event.from)} + " -> ";
  line += to_string(event.to);
  if (event.from) line += " after " + detail::spoken_span(event.lasted);
  if (!event.reason.empty()) line += " (" + event.reason + ")";
  if (event.missed > 0) {
    line += " [" + std::to_string(event.missed) + (event.missed == 1 ? " change" : " changes");
    line += " before this one not shown]";
  }
  return line + '\n';
}

}  // namespace

HealthListener log_changes(std::ostream& out) {
  return [&out](const HealthEvent& event) { out << line_of(event) << std::flush; };
}

}  // namespace vitals::inline v1
