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
    case Status::warn: return " degraded: ";
    case Status::fail: return " failed: ";
  }
  return " failed: ";
}

/// The library's own reasons reveal nothing about the application, so they are never withheld.
std::string_view shown(std::string_view reason, bool by_library, Callers details) noexcept {
  if (details == Callers::nobody && !by_library) return "reason withheld";
  return reason.empty() ? "no reason given" : reason;
}

void append_line(std::string& text, Status status, std::string_view name, std::string_view reason) {
  text.append(mark(status)).append(name).append(outcome(status));
  if (status != Status::pass) text.append(reason);
  text += '\n';
}

void append_line(std::string& text, Status status, const CheckReport& check, Callers details) {
  append_line(text, status, check.name, shown(check.message, check.message_by_library, details));
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

std::string_view shown_reason(const Report& report, Callers details) noexcept {
  if (details == Callers::anyone || report.reason().empty() || report.reason_by_library()) return report.reason();
  return "shutting down";  // instead of the application's own reason
}

std::string verbose_text(const Report& report, Callers details) {
  std::string text;
  for (const auto& check : report.checks()) append_line(text, counted(check), check, details);
  if (const std::string_view reason = shown_reason(report, details); !reason.empty())
    append_line(text, worse(report.status(), Status::warn), is_starting(report) ? "(startup)" : "(shutdown)", reason);
  append_verdict(text, report.status());
  return text;
}

std::string verbose_text(const CheckReport& check, Callers details) {
  std::string text;
  append_line(text, check.status, check, details);
  append_verdict(text, check.status);
  return text;
}

}  // namespace detail
}  // namespace vitals::inline v1
