#include "page/page_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string_view>
#include <tuple>

#include <nlohmann/json.hpp>

#include <vitals/version.hpp>

#include "core/base/text.hpp"
#include "core/base/utc_text.hpp"
#include "http/json_writer.hpp"
#include "page/page_assets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;
using Checks = std::vector<std::reference_wrapper<const CheckReport>>;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

template <class... Parts>
void put(std::string& out, const Parts&... parts) {
  (out.append(parts), ...);
}

std::string_view word(Status status) noexcept {
  switch (status) {
    case Status::pass: return "Passing";
    case Status::warn: return "Degraded";
    case Status::fail: return "Failing";
  }
  return "Failing";
}

std::string capital(std::string_view text) {
  std::string out{text};
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// "2026-03-01 12:00:00 UTC"; the script writes how long ago that is.
std::string moment(WallTime time, std::string_view before = {}) {
  const auto iso = utc_text(time);
  std::string out;
  put(out, "<time datetime=\"", iso, "\">", before, iso.substr(0, 10), " ", iso.substr(11, 8), " UTC</time>");
  return out;
}

std::string mark(Status status) {
  const std::string name{to_string(status)};
  return "<span class=\"s " + name + "\">" + name + "</span>";
}

std::string failures(const CheckReport& check) {
  const auto n = check.failures_in_a_row;
  if (n == 0) return {};
  auto text = std::to_string(n) + (n == 1 ? " failure" : " failures");
  if (n < static_cast<std::uint64_t>(check.failure_threshold))
    text += " of " + std::to_string(check.failure_threshold);
  else if (n > 1)
    text += " in a row";
  return text;
}

/// As the script reads it from the JSON, which has no difference between 1 and 1.0.
std::string text_of(const Value& value) {
  if (value.kind() == Value::Kind::text) return value.as_text();
  auto text = json_text(value);
  if (text.ends_with(".0")) text.erase(text.size() - 2);
  return text;
}

std::string notes(const CheckReport& check, Sight sight) {
  std::string text;
  if (check.condition != Condition::fresh && check.condition != Condition::running) text = to_string(check.condition);
  if (sight == Sight::details && !check.critical) put(text, text.empty() ? "" : ", ", "not critical");
  return text.empty() ? text : "<small> " + text + "</small>";
}

std::string reason(const CheckReport& check) {
  std::string text;
  if (check.status != Status::pass) text = escaped(check.message);
  if (check.data.empty()) return text;
  put(text, text.empty() ? "" : " ", "<small>");
  for (const auto& datum : check.data)
    put(text, &datum == &check.data.front() ? "" : ", ", escaped(datum.key), " ", escaped(text_of(datum.value)));
  return text + "</small>";
}

void put_row(std::string& out, const CheckReport& check, Sight sight) {
  const std::string status{to_string(check.status)};
  const bool ran = sight == Sight::details && check.results > 0;
  put(out, "<tr class=", status, "><th scope=row>", escaped(check.name), "<td>", to_string(check.probe),
      "<td class=\"s ", status, "\">", status, notes(check, sight), "<td>",
      check.checked_at ? moment(*check.checked_at) : "", "<td class=\"more took\">",
      !ran                   ? ""
      : check.duration < 1ms ? "&lt; 1 ms"
                             : spoken_span(check.duration),
      "<td class=more>", sight == Sight::details ? failures(check) : "", "<td>", reason(check), "</tr>\n");
}

/// What needs attention comes first.
Checks sorted_checks(const View& view) {
  Checks checks;
  for (const Probe probe : all_probes)
    for (const auto& check : view.of(probe).checks()) checks.emplace_back(check);
  const auto rank = [&](const CheckReport& check) {
    const bool critical = view.sight != Sight::details || check.critical;
    return check.status == Status::fail ? (critical ? 0 : 1) : check.status == Status::warn ? 2 : 3;
  };
  std::sort(checks.begin(), checks.end(), [&](const CheckReport& a, const CheckReport& b) {
    return std::tuple{rank(a), std::string_view{a.name}} < std::tuple{rank(b), std::string_view{b.name}};
  });
  return checks;
}

void put_checks(std::string& out, const View& view, const Checks& checks) {
  put(out, "<table id=checks", view.has_details() ? "" : " class=brief",
      "><caption><h2>Checks</h2><span id=count class=dim>", std::to_string(checks.size()),
      "</span></caption>\n<thead><tr><th scope=col>Check<th scope=col>Probe<th scope=col>Status<th scope=col>Checked"
      "<th scope=col class=more>Took<th scope=col class=more>Failures<th scope=col>Reason</thead>\n<tbody>\n");
  for (const CheckReport& check : checks) put_row(out, check, view.sight);
  put(out, "</tbody></table>\n");
}

void put_log(std::string& out, const View& view, const std::vector<HealthEvent>& latest) {
  put(out, "<h2>Latest transitions</h2>\n<ol id=log>\n");
  if (latest.empty()) put(out, "<li class=dim>None so far.\n");
  for (const auto& event : latest) {
    const auto name = event.is_check() ? escaped(event.check) : std::string{to_string(event.probe)} + " probe";
    put(out, "<li>", moment(event.time), "<b>", name, "</b><span>", mark(event.from.value()), " → ", mark(event.to),
        "</span><span>", view.has_details() ? escaped(event.reason) : "", "</span>\n");
  }
  put(out, "</ol>\n");
}

/// "1 failing, 12 passing": by the checks' own status, or by what they count as if the checks aren't shown.
std::string sum(const View& view, const Checks& checks) {
  std::array<std::size_t, 3> counts{};
  const auto count = [&](Status status) -> std::size_t& { return counts.at(static_cast<std::size_t>(status)); };
  for (const CheckReport& check : checks) ++count(check.status);
  if (!view.has_names()) {
    for (const auto& probe : view.counts) {
      count(Status::pass) += probe.passing;
      count(Status::warn) += probe.degraded;
      count(Status::fail) += probe.failing;
    }
  }
  std::string text;
  for (const Status status : {Status::fail, Status::warn, Status::pass}) {
    if (count(status) == 0) continue;
    auto lower = std::string{word(status)};
    lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
    put(text, text.empty() ? "" : ", ", std::to_string(count(status)), " ", lower);
  }
  return text.empty() ? "no checks" : text;
}

std::string phase(const View& view) {
  const auto& snapshot = view.snapshot;
  auto text = capital(to_string(snapshot.phase)) + ' ' + moment(snapshot.phase_since, "since ");
  if (!snapshot.awaited) return text;
  const auto& awaited = *snapshot.awaited;
  if (awaited.in_flight > 0) put(text, ", ", std::to_string(awaited.in_flight), " in flight");
  if (!view.has_names() || awaited.callbacks.empty()) return text;
  put(text, ", waiting for ");
  for (const auto& name : awaited.callbacks) put(text, &name == &awaited.callbacks.front() ? "" : ", ", escaped(name));
  return text;
}

/// A browser may be led to these; other URIs, such as "javascript:", are shown as text.
bool is_link(std::string_view url) noexcept {
  const auto schemes = {"http://", "https://", "mailto:"};
  return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) { return url.starts_with(scheme); });
}

void put_header(std::string& out, const View& view, Duration patience) {
  using std::chrono::milliseconds;
  const auto& service = view.service;
  const auto name = service.name.empty() ? std::string{"Health"} : escaped(service.name);
  put(out, "<title>", word(view.snapshot.standing.worst), ": ", name, "</title>\n<style>", page_css,
      "</style>\n</head>\n<body data-status=", to_string(view.snapshot.standing.worst),
      " data-patience=", std::to_string(std::chrono::duration_cast<milliseconds>(patience).count()),
      ">\n<header>\n<h1><span id=name>", name, "</span>");
  if (!service.version.empty() || !service.release_id.empty())
    put(out, " <small>", escaped(service.version), service.version.empty() || service.release_id.empty() ? "" : " · ",
        escaped(service.release_id), "</small>");
  put(out, "</h1>\n");
  if (!service.links.empty()) put(out, "<nav aria-label=\"Links of the service\">");
  for (std::size_t i = 0; i < service.links.size(); ++i) {
    const auto text = escaped(service.links.name(i));
    const auto url = escaped(service.links.url(i));
    if (is_link(service.links.url(i)))
      put(out, "<a href=\"", url, "\" rel=noreferrer>", text, "</a> ");
    else
      put(out, "<span>", text, ": ", url, "</span> ");
  }
  if (!service.links.empty()) put(out, "</nav>\n");
  put(out, "<p id=live class=dim>As of ", moment(view.of(Probe::readiness).time()), "</p>\n</header>\n<main>\n");
  if (!service.description.empty()) put(out, "<p class=dim>", escaped(service.description), "</p>\n");
}

void put_verdict(std::string& out, const View& view, const Checks& checks) {
  const auto worst = view.snapshot.standing.worst;
  put(out, "<div id=verdict class=", to_string(worst), "><b class=\"s ", to_string(worst), "\">", word(worst),
      "</b><span>", sum(view, checks), "</span><p class=dim>", phase(view), "</p>");
  if (const auto reasons = joined_reasons(view); !reasons.empty()) put(out, "<p>", escaped(reasons), "</p>");
  put(out, "</div>\n<ul id=probes aria-label=Probes>\n");
  for (const Probe probe : all_probes)
    put(out, "<li id=probe-", to_string(probe), ">", capital(to_string(probe)), mark(view.of(probe).status()), "\n");
  put(out, "</ul>\n");
}

}  // namespace

std::string page_html(const View& view, const std::vector<HealthEvent>& latest, Duration patience) {
  const auto checks = sorted_checks(view);
  std::string out =
      "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
      "<meta name=viewport content=\"width=device-width\">\n<link rel=icon id=icon href=\"data:,\">\n";
  put_header(out, view, patience);
  put_verdict(out, view, checks);
  if (view.has_names()) {
    put_checks(out, view, checks);
    put_log(out, view, latest);
  }
  put(out,
      "</main>\n<footer><noscript>Without JavaScript this page doesn't update itself: reload it. </noscript>"
      "<a href=\"?feed\">JSON</a> · vitals ",
      version(), "</footer>\n<p id=said role=status></p>\n<script>", page_js, "</script>\n</body>\n</html>\n");
  return out;
}

std::string page_feed(const View& view, const std::vector<HealthEvent>& latest) {
  auto out = health_json(view);
  if (!view.has_names()) return out;
  auto transitions = nlohmann::json::array();
  for (const auto& event : latest) {
    nlohmann::json transition{{"time", utc_text(event.time)},
                              {"probe", to_string(event.probe)},
                              {"from", to_string(event.from.value())},
                              {"to", to_string(event.to)}};
    if (event.is_check()) transition["check"] = event.check;
    if (view.has_details() && !event.reason.empty()) transition["output"] = event.reason;
    transitions.push_back(std::move(transition));
  }
  out.pop_back();
  const auto text = transitions.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return out + ",\"transitions\":" + text + '}';
}

}  // namespace detail
}  // namespace vitals::inline v1
