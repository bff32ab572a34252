#include "http/json_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <vitals/registry.hpp>

#include "core/base/utc_text.hpp"

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

}  // namespace

std::string json_text(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null: return "null";
    case Value::Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Value::Kind::integer: return std::to_string(value.as_integer());
    case Value::Kind::unsigned_integer: return std::to_string(value.as_unsigned_integer());
    case Value::Kind::real: return dump(json(value.as_real()));
    case Value::Kind::text: return dump(json(value.as_text()));
  }
  return "null";
}

namespace {

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

void add_data(Object& object, const CheckReport& check) {
  if (check.data.empty()) return;
  Object data{object.member("data")};
  for (const auto& datum : check.data) data.member(datum.key) += json_text(datum.value);
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

void add_state(Object& object, const CheckReport& check) {
  object.text("status", to_string(check.status));
  if (check.checked_at) object.text("time", utc_text(*check.checked_at));
}

/// A measurement that the draft defines (section 4.1.2), by the key that its datum has here.
struct Measurement {
  std::string_view datum;
  std::string_view name;
  std::string_view unit;  ///< Empty: not known.
};
constexpr std::array measurements{Measurement{"utilization", "utilization", ""},
                                  Measurement{"response_time", "responseTime", "s"},
                                  Measurement{"connections", "connections", ""}, Measurement{"uptime", "uptime", "s"}};

void add_measurements(Object& checks, const CheckReport& check) {
  for (const auto& datum : check.data) {
    const auto* found = std::find_if(measurements.begin(), measurements.end(),
                                     [&](const Measurement& each) { return each.datum == datum.key; });
    if (found == measurements.end()) continue;
    auto& out = checks.member(check.name + ':' + std::string{found->name});
    out += '[';
    Object object{out};
    object.member("observedValue") += json_text(datum.value);
    if (!found->unit.empty()) object.text("observedUnit", found->unit);
    add_state(object, check);
    object.end();
    out += ']';
  }
}

void add_check(Object& checks, const CheckReport& check, bool with_probe, Sight sight) {
  auto& out = checks.member(check.name);
  out += '[';
  Object object{out};
  if (with_probe) object.text("probe", to_string(check.probe));
  add_state(object, check);
  if (explains_status(check.condition)) object.text("condition", to_string(check.condition));
  if (check.status != Status::pass && !check.message.empty()) object.text("output", check.message);
  add_data(object, check);
  if (with_probe && sight == Sight::details) add_statistics(object, check);
  object.end();
  out += ']';
  add_measurements(checks, check);
}

/// The checks of some probes, or how many there are.
void add_checks(Object& root, const View& view, std::initializer_list<Probe> probes, bool with_probe) {
  if (!view.has_names()) {
    CheckCounts sum;
    for (const Probe probe : probes) {
      const auto& counts = view.counts[index_of(probe)];
      sum.passing += counts.passing, sum.degraded += counts.degraded, sum.failing += counts.failing;
    }
    Object counts{root.member("counts")};
    counts.member("pass") += std::to_string(sum.passing);
    counts.member("warn") += std::to_string(sum.degraded);
    counts.member("fail") += std::to_string(sum.failing);
    return counts.end();
  }
  Object checks{root.member("checks")};
  for (const Probe probe : probes)
    for (const auto& check : view.of(probe).checks()) add_check(checks, check, with_probe, view.sight);
  checks.end();
}

void begin_root(Object& root, Status status, WallTime time) {
  root.text("status", to_string(status));
  root.text("time", utc_text(time));
}

void add_service(Object& root, const ServiceInfo& service) {
  const auto add = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) root.text(key, text);
  };
  add("serviceId", service.name);
  add("version", service.version);
  add("releaseId", service.release_id);
  add("description", service.description);
  if (service.links.empty()) return;
  Object links{root.member("links")};
  for (std::size_t i = 0; i < service.links.size(); ++i) links.text(service.links.name(i), service.links.url(i));
  links.end();
}

void add_phase(Object& root, const View& view) {
  const auto& snapshot = view.snapshot;
  Object phase{root.member("phase")};
  phase.text("name", to_string(snapshot.phase));
  phase.text("since", utc_text(snapshot.phase_since));
  if (const auto& awaited = snapshot.awaited) phase.member("inFlight") += std::to_string(awaited->in_flight);
  if (snapshot.awaited && view.has_names()) {
    auto& callbacks = phase.member("callbacks") += '[';
    for (const auto& name : snapshot.awaited->callbacks) {
      if (callbacks.back() != '[') callbacks += ',';
      write_text(callbacks, name);
    }
    callbacks += ']';
  }
  phase.end();
}

}  // namespace

std::string joined_reasons(const View& view) {
  std::string text;
  for (const Probe probe : all_probes) {
    const Report& report = view.of(probe);
    if (report.status() == Status::pass || report.reason().empty()) continue;
    if (!text.empty()) text += "; ";
    text.append(to_string(probe)).append(": ").append(report.reason());
  }
  return text;
}

std::string health_json(const View& view, Probe probe) {
  std::string out;
  Object root{out};
  const Report& report = view.of(probe);
  begin_root(root, report.status(), report.time());
  if (report.status() != Status::pass && !report.reason().empty()) root.text("output", report.reason());
  add_checks(root, view, {probe}, false);
  root.end();
  return out;
}

std::string health_json(const View& view) {
  std::string out;
  Object root{out};
  begin_root(root, view.snapshot.standing.worst, view.of(Probe::readiness).time());
  if (const auto reasons = joined_reasons(view); !reasons.empty()) root.text("output", reasons);
  add_service(root, view.service);
  add_phase(root, view);
  Object probes{root.member("probes")};
  for (const Probe probe : all_probes) probes.text(to_string(probe), to_string(view.of(probe).status()));
  probes.end();
  add_checks(root, view, {Probe::liveness, Probe::readiness, Probe::startup}, true);
  root.end();
  return out;
}

std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Sight sight) {
  std::string out;
  Object root{out};
  begin_root(root, check.status, time);
  Object checks{root.member("checks")};
  add_check(checks, check, with_probe, sight);
  checks.end();
  root.end();
  return out;
}

}  // namespace detail
}  // namespace vitals::inline v1
