#include "http/text_writer.hpp"

#include "core/probe_rules.hpp"

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

std::string_view shown(std::string_view reason, Details details) noexcept {
  switch (details) {
    case Details::never: return "reason withheld";
    case Details::always: return reason.empty() ? "no reason given" : reason;
  }
  return "reason withheld";
}

void append_line(std::string& text, Status status, std::string_view name, std::string_view reason, Details details) {
  text.append(mark(status)).append(name).append(outcome(status));
  if (status != Status::pass) text.append(shown(reason, details));
  text += '\n';
}

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

std::string verbose_text(const Report& report, Details details) {
  std::string text;
  for (const auto& check : report.checks())
    append_line(text, counted(check.status, check.critical), check.name, check.message, details);
  const std::string& reason = report.reason();
  if (!reason.empty()) {
    const std::string_view name = reason == "starting" ? "startup" : "shutdown";
    append_line(text, worse(report.status(), Status::warn), name, reason, details);
  }
  append_verdict(text, report.status());
  return text;
}

std::string verbose_text(const CheckReport& check, Details details) {
  std::string text;
  append_line(text, check.status, check.name, check.message, details);
  append_verdict(text, check.status);
  return text;
}

}  // namespace detail
}  // namespace vitals::inline v1
