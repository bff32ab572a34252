#include "core_random_events.hpp"

namespace vitals::inline v1 {
namespace test {
namespace {

std::string words_of(const HealthEvent& event) {
  const auto from = event.from ? std::string{to_string(*event.from)} : "nothing";
  return "event " + std::to_string(event.sequence) + ": " + std::string{to_string(event.probe)} + ' ' + event.check +
         ": " + from + " -> " + std::string{to_string(event.to)} + " (" + event.reason + ')';
}

}  // namespace

void HeardEvents::subscribe(HealthRegistry& health) {
  subscription_ = health.on_change([this](const HealthEvent& event) { events_.push_back(event); });
}

void HeardEvents::added(const CheckFacts& check) { ++told_[{check.probe, check.name}].firsts; }

void HeardEvents::examine(const ReferenceModel& model, SteadyTime now) {
  for (; examined_ < events_.size(); ++examined_) examine(events_[examined_], model);
  if (events_.empty()) return;
  const auto& why = told_[{Probe::readiness, ""}].reason;
  findings_.expect(why == model.shutdown_reason().value_or(why),
                   [&] { return "the last event of readiness is about " + why + ", not about the shutdown"; });
  for (const auto probe : all_three_probes) {
    const auto report = model.report(probe, now);
    const auto last = told_[{probe, ""}].last;
    const auto expect = [&](std::optional<Status> told, Status status, const std::string& name) {
      findings_.expect(told == status, [&] {
        return "the last event of " + std::string{to_string(probe)} + ' ' + name + " isn't " +
               std::string{to_string(status)};
      });
    };
    expect(last, report.status, "");
    for (const auto& check : report.checks)
      if (check.condition != Condition::not_checked_yet)
        expect(told_[{probe, check.name}].last, check.status, check.name);
  }
}

// The present state of each probe comes first, with the number of the last event before it.
void HeardEvents::examine_order(const HealthEvent& event) {
  const bool present = examined_ < all_three_probes.size();
  findings_.expect(present ? event.check.empty() && !event.from : event.sequence > events_[examined_ - 1].sequence,
                   [&] { return words_of(event) + " out of order"; });
}

// Only the event of a shutdown may leave the status as it was.
void HeardEvents::examine(const HealthEvent& event, const ReferenceModel& model) {
  examine_order(event);
  auto& told = told_[{event.probe, event.check}];
  const bool shutdown =
      event.probe == Probe::readiness && event.check.empty() && event.reason == model.shutdown_reason();
  const bool first = !event.from && (told.firsts > 0 || examined_ < all_three_probes.size() || shutdown);
  const bool next = event.from && event.from == told.last && (event.from != event.to || shutdown);
  findings_.expect(first || next, [&] {
    return words_of(event) + ", though the last one said " +
           (told.last ? std::string{to_string(*told.last)} : "nothing");
  });
  findings_.expect(event.missed == 0, [&] { return words_of(event) + " has missed some"; });
  if (!event.from && told.firsts > 0) --told.firsts;
  told.last = event.to;
  told.reason = event.reason;
}

}  // namespace test
}  // namespace vitals::inline v1
