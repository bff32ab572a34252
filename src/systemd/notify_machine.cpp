#include "systemd/notify_machine.hpp"

#include <algorithm>

namespace vitals::inline v1 {
namespace detail {

std::string text_of(const Notice& notice, std::string_view status, std::chrono::microseconds monotonic) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!text.empty()) text += '\n';
    text.append(name).append("=").append(value);
  };
  if (notice.ready) add("READY", "1");
  if (notice.reloading) {
    add("RELOADING", "1");
    add("MONOTONIC_USEC", std::to_string(monotonic.count()));
  }
  if (notice.stopping) add("STOPPING", "1");
  if (notice.status) add("STATUS", status);
  if (notice.extension)
    add("EXTEND_TIMEOUT_USEC", std::to_string(std::chrono::microseconds{extension_of_timeout}.count()));
  if (notice.ping) add("WATCHDOG", "1");
  if (notice.trigger) add("WATCHDOG", "trigger");
  return text;
}

bool NotifyMachine::extends(const ServiceState& service) const noexcept {
  if (!service.alive) return false;
  return service.draining || (stage_ == Stage::starting && service.now < service.starting_until);
}

// Without somebody who runs the checks nothing is known but that the service stops.
Notice NotifyMachine::notice(const ServiceState& service) const noexcept {
  Notice notice{.stopping = service.draining && stage_ != Stage::stopping};
  if (service.run && !service.draining) {
    notice.ready = (stage_ == Stage::starting && service.started) || (stage_ == Stage::reloading && reloads_ == 0);
    notice.reloading = stage_ == Stage::running && reloads_ > 0;
    notice.trigger = rules_.trigger_watchdog && !service.alive && !triggered_;
  }
  const bool timed = service.run && service.on_time;
  notice.ping = timed && rules_.watchdog && service.alive && service.now >= ping_at_;
  notice.extension = !notice.ready && extends(service) && (notice.stopping || (timed && service.now >= extend_at_));
  notice.status = notice.ready || notice.stopping || (service.run && events_ != service.events);
  return notice;
}

void NotifyMachine::sent(const Notice& notice, const ServiceState& service) noexcept {
  if (notice.ready) stage_ = Stage::running;
  if (notice.reloading) stage_ = Stage::reloading;
  if (notice.stopping) stage_ = Stage::stopping;
  if (notice.status) events_ = service.events;
  if (notice.extension) extend_at_ = service.now + extension_of_timeout / 2;
  if (notice.ping) ping_at_ = service.now + *rules_.watchdog / 2;
  triggered_ = !service.alive && (triggered_ || notice.trigger);
}

SteadyTime NotifyMachine::next(const ServiceState& service) const noexcept {
  auto next = SteadyTime::max();
  if (!service.run) return next;
  if (rules_.watchdog && service.alive) next = ping_at_;
  if (extends(service)) next = std::min(next, extend_at_);
  return next;
}

}  // namespace detail
}  // namespace vitals::inline v1
