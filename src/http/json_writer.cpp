#include "http/json_writer.hpp"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/utc_text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Keeps the members in the order in which they are added.
using Json = nlohmann::ordered_json;

/// Adds a member whose key is known to be new: the ordinary way searches all members for it, which takes quadratic time
/// for a registry of ten thousand checks.
void append(Json& object, const std::string& key, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(key, std::move(value));
}

Json to_json(const Value& value) {
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

/// The conditions that explain a status; a new run under way doesn't.
bool is_told(Condition condition) noexcept {
  switch (condition) {
    case Condition::fresh:
    case Condition::running: return false;
    case Condition::overdue:
    case Condition::not_checked_yet:
    case Condition::stale: return true;
  }
  return true;
}

void add_details(Json& object, const CheckReport& check) {
  if (check.status != Status::pass && !check.message.empty()) append(object, "output", check.message);
  if (check.data.empty()) return;
  Json data = Json::object();
  for (const auto& datum : check.data) data[datum.key] = to_json(datum.value);
  append(object, "data", std::move(data));
}

void add_check(Json& checks, const CheckReport& check, bool with_probe, Details details) {
  Json object = Json::object();
  if (with_probe) append(object, "probe", to_string(check.probe));
  append(object, "status", to_string(check.status));
  if (check.checked_at) append(object, "time", utc_text(*check.checked_at));
  if (is_told(check.condition)) append(object, "condition", to_string(check.condition));
  if (details == Details::always) add_details(object, check);
  append(checks, check.name, Json::array({std::move(object)}));
}

Json root_object(Status status, WallTime time) {
  Json root = Json::object();
  append(root, "status", to_string(status));
  append(root, "time", utc_text(time));
  return root;
}

/// Text that a check took from outside may be no UTF-8; writing it must not throw all the same.
std::string written(const Json& root) { return root.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// The reasons of the probes that aren't well, each with its probe: "readiness: SIGTERM".
std::string joined_reasons(const Snapshot& snapshot) {
  std::string text;
  for (const Probe probe : all_probes) {
    const Report& report = snapshot.of(probe);
    if (report.status() == Status::pass || report.reason().empty()) continue;
    if (!text.empty()) text += "; ";
    text.append(to_string(probe)).append(": ").append(report.reason());
  }
  return text;
}

}  // namespace

std::string health_json(const Report& report, Details details) {
  Json root = root_object(report.status(), report.time());
  if (details == Details::always && report.status() != Status::pass && !report.reason().empty())
    append(root, "output", report.reason());
  Json checks = Json::object();
  for (const auto& check : report.checks()) add_check(checks, check, false, details);
  append(root, "checks", std::move(checks));
  return written(root);
}

std::string health_json(const Snapshot& snapshot, Details details) {
  Json root = root_object(snapshot.standing.worst, snapshot.of(Probe::readiness).time());
  Json probes = Json::object();
  Json checks = Json::object();
  for (const Probe probe : all_probes) {
    const Report& report = snapshot.of(probe);
    append(probes, std::string{to_string(probe)}, to_string(report.status()));
    for (const auto& check : report.checks()) add_check(checks, check, true, details);
  }
  if (const auto reasons = joined_reasons(snapshot); details == Details::always && !reasons.empty())
    append(root, "output", reasons);
  append(root, "probes", std::move(probes));
  append(root, "checks", std::move(checks));
  return written(root);
}

std::string health_json(const CheckReport& check, WallTime time, bool with_probe, Details details) {
  Json root = root_object(check.status, time);
  Json checks = Json::object();
  add_check(checks, check, with_probe, details);
  append(root, "checks", std::move(checks));
  return written(root);
}

}  // namespace detail
}  // namespace vitals::inline v1
