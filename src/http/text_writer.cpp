#include "http/text_writer.hpp"

#include "core/model/probe_rules.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

std::string_view mark(Status status) noexcept {
  switch (status) {
    case Status::pass: return "[+]";
    case Status::warn: return "[!]";
    case Status::fail: return "[-]";
  }
  return "[-]";
}

std::string_view outcome(Status status) noexcept {
  switch (status) {
    case Status::pass: return " ok";
    case Status::warn: return " degraded";
    case Status::fail: return " failed";
  }
  return " failed";
}

/// Without details, only the library's own reasons are there.
std::string_view shown_reason(const CheckReport& check, Sight sight) noexcept {
  if (sight != Sight::details && !check.message_by_library) return "reason withheld";
  return check.message.empty() ? std::string_view{"no reason given"} : check.message;
}

void append_line(std::string& text, Status status, std::string_view name, std::string_view reason) {
  text.append(mark(status)).append(name).append(outcome(status));
  if (status != Status::pass) text.append(": ").append(reason);
  text += '\n';
}

void append_line(std::string& text, Status status, const CheckReport& check, Sight sight) {
  append_line(text, status, check.name, shown_reason(check, sight));
}

void append_count(std::string& text, Status status, std::size_t count) {
  if (count == 0) return;
  text.append(mark(status)).append("(").append(std::to_string(count)).append(count == 1 ? " check)" : " checks)");
  text.append(outcome(status)).append("\n");
}

bool is_starting(const Report& report) noexcept { return report.reason_by_library() && report.reason() == "starting"; }

void append_verdict(std::string& text, Status status) { text.append(verdict(status)) += '\n'; }

}  // namespace

std::string_view verdict(Status status) noexcept {
  switch (status) {
    case Status::pass:
    case Status::warn: return "OK";
    case Status::fail: return "Service Unavailable";
  }
  return "Service Unavailable";
}

std::string verbose_text(const View& view, Probe probe) {
  std::string text;
  const Report& report = view.of(probe);
  for (const auto& check : report.checks()) append_line(text, counted(check), check, view.sight);
  if (!view.has_names()) {
    const auto& counts = view.counts[index_of(probe)];
    append_count(text, Status::pass, counts.passing);
    append_count(text, Status::warn, counts.degraded);
    append_count(text, Status::fail, counts.failing);
  }
  if (const std::string_view reason = report.reason(); !reason.empty())
    append_line(text, worse(report.status(), Status::warn), is_starting(report) ? "(startup)" : "(shutdown)", reason);
  append_verdict(text, report.status());
  return text;
}

std::string verbose_text(const CheckReport& check, Sight sight) {
  std::string text;
  append_line(text, check.status, check, sight);
  append_verdict(text, check.status);
  return text;
}

}  // namespace detail
}  // namespace vitals::inline v1
