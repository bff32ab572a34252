#include "http/json_writer.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <vitals/registry.hpp>

#include "core/base/utc_text.hpp"
#include "http/text_writer.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using nlohmann::json;

/// Doesn't throw on text that isn't UTF-8: checks may take text from outside.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Nearly all text is printable ASCII without quotes and backslashes, which needs no escaping.
void write_text(std::string& out, std::string_view text) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain))
    out.append("\"").append(text).append("\"");
  else
    out += dump(json(text));
}

/// Writes an object's members directly. Building a document first would cost many times as much with ten thousand
/// checks.
class Object {
 public:
  explicit Object(std::string& out) : out_{out} { out_ += '{'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  /// Call it after the last member. The destructor doesn't, because it may throw.
  void end() { out_ += '}'; }

  /// Begins a member; the caller appends its value.
  std::string& member(std::string_view key) {
    if (!std::exchange(empty_, false)) out_ += ',';
    write_text(out_, key);
    return out_ += ':';
  }
  void text(std::string_view key, std::string_view value) { write_text(member(key), value); }

 private:
  std::string& out_;
  bool empty_ = true;
};

json to_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return nullptr;
    case Value::Kind::boolean: return value.as_boolean();
    case Value::Kind::integer: return value.as_integer();
    case Value::Kind::unsigned_integer: return value.as_unsigned_integer();
    case Value::Kind::real: return value.as_real();
    case Value::Kind::text: return value.as_text();
  }
  return nullptr;
}

/// False for a new run under way: it doesn't explain a status.
bool explains_status(Condition condition) noexcept {
  switch (condition) {
    case Condition::fresh:
    case Condition::running: return false;
    case Condition::overdue:
    case Condition::not_checked_yet:
    case Condition::stale: return true;
  }
  return true;
}

void add_details(Object& object, const CheckReport& check, Callers details) {
  const bool shown = details == Callers::anyone || check.message_by_library;
  if (shown && check.status != Status::pass && !check.message.empty()) object.text("output", check.message);
  if (details == Callers::nobody || check.data.empty()) return;
  Object data{object.member("data")};
  for (const auto& datum : check.data) data.member(datum.key) += dump(to_json(datum.value));
  data.end();
}

/// For dashboards.
void add_statistics(Object& object, const CheckReport& check) {
  object.member("critical") += check.critical ? "true" : "false";
  if (check.results == 0) return;
  const auto number = [&](std::string_view key, auto value) { object.member(key) += std::to_string(value); };
  number("failuresInARow", check.failures_in_a_row);
  number("failureThreshold", check.failure_threshold);
  object.member("durationSeconds") += dump(json(std::chrono::duration<double>{check.duration}.count()));
  number("results", check.results);
  number("failures", check.failures);
  number("timeouts", check.timeouts);
}

void add_check(Object& checks, const CheckReport& check, bool with_probe, Callers details) {
  auto& out = checks.member(check.name);
  out += '[';
  Object object{out};
  if (with_probe) object.text("probe", to_string(check.probe));
  object.text("status", to_string(check.status));
  if (check.checked_at) object.text("time", utc_text(*check.checked_at));
  if (explains_status(check.condition)) object.text("condition", to_string(check.condition));
  add_details(object, check, details);
  if (with_probe && details != Callers::nobody) add_statistics(object, check);
  object.end();
  out += ']';
}

void begin_root(Object& root, Status status, WallTime time) {
  root.text("status", to_string(status));
  root.text("time", utc_text(time));
}

void add_service(Object& root, const ServiceInfo& service) {
  if (!service.name.empty()) root.text("serviceId", service.name);
  if (!service.version.empty()) root.text("version", service.version);
}

void add_phase(Object& root, const Snapshot& snapshot) {
  Object phase{root.member("phase")};
  phase.text("name", to_string(snapshot.phase));
  phase.text("since", utc_text(snapshot.phase_since));
  if (const auto& awaited = snapshot.awaited) {
    phase.member("inFlight") += std::to_string(awaited->in_flight);
    auto& callbacks = phase.member("callbacks") += '[';
    for (const auto& name : awaited->callbacks) {
      if (callbacks.back() != '[') callbacks += ',';
      write_text(callbacks, name);
    }
    callbacks += ']';
  }
  phase.end();
}

/// The reasons of the probes that don't pass, each with its probe: "readiness: SIGTERM".
std::string joined_reasons(const Snapshot& snapshot, Callers details) {
  std::string text;
  for (const Probe probe : all_probes) {
    const Report& report = snapshot.of(probe);
    const std::string_view reason = shown_reason(report, details);
    if (report.status() == Status::pass || reason.empty()) continue;
    if (!text.empty()) text += "; ";
    text.append(to_string(probe)).append(": ").append(reason);
  }
  return text;
}

}  // namespace

std::string health_json(const Report& report, Callers details) {
  std::string out;
  Object root{out};
  begin_root(root, report.status(), report.time());
  if (const auto reason = shown_reason(report, details); report.status() != Status::pass && !reason.empty())
    root.text("output", reason);
  Object checks{root.member("checks")};
  for (const auto& check : report.checks()) add_check(checks, check, false, details);
  checks.end();
  root.end();
  return out;
}

std::string health_json(const Snapshot& snapshot, const ServiceInfo& service, Callers details) {
  std::string out;
  Object root{out};
  begin_root(root, snapshot.standing.worst, snapshot.of(Probe::readiness).time());
  if (const auto reasons = joined_reasons(snapshot, details); !reasons.empty()) root.text("output", reasons);
  if (details != Callers::nobody) add_service(root, service);
  add_phase(root, snapshot);
  Object probes{root.member("probes")};
  for (const Probe probe : all_probes) probes.text(to_string(probe), to_string(snapshot.of(probe).status()));
  probes.end();
  Object checks{root.member("checks")};
  for (const Probe probe : all_probes)
    for (const auto& check : snapshot.of(probe).checks()) add_check(checks, check, true, details);
  checks.end();
  root.end();
  return out;
}

std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Callers details) {
  std::string out;
  Object root{out};
  begin_root(root, check.status, time);
  Object checks{root.member("checks")};
  add_check(checks, check, with_probe, details);
  checks.end();
  root.end();
  return out;
}

}  // namespace detail
}  // namespace vitals::inline v1
