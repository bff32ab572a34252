#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <ostream>
#include <string>

#include <vitals/health_event.hpp>

namespace vitals::inline v1 {
namespace {

// RFC 3339, UTC, milliseconds.
std::string timestamp(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  const auto since_epoch = static_cast<std::time_t>(seconds.time_since_epoch().count());
  std::tm parts{};
  gmtime_r(&since_epoch, &parts);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(ms));
  return text.data();
}

std::string line_of(const HealthEvent& event) {
  std::string line = timestamp(event.time) + " vitals: " + std::string{to_string(event.probe)};
  if (!event.check.empty()) line += " check " + event.check;
  line += ": ";
  if (event.from) line += std::string{to_string(*event.from)} + " -> ";
  line += to_string(event.to);
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
