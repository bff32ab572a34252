#include "core/redaction.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "core/base/secrets.hpp"
#include "core/base/user_code.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// @param text  Clean, and not empty.
std::string call(const Redactor& redactor, std::string_view text) {
  std::string result;
  call_and_catch([&] { result = (*redactor)(text); },
                 [&](std::string_view) { result = "text withheld: redact threw"; });
  return result;
}

bool has_text(const CheckResult& result) noexcept {
  const auto is_text = [](const Datum& datum) { return !datum.value.as_text().empty(); };
  return !result.message().empty() || std::ranges::any_of(result.data(), is_text);
}

CheckResult with_message(Status status, std::string_view message) {
  switch (status) {
    case Status::pass: return CheckResult::pass(message);
    case Status::warn: return CheckResult::warn(message);
    case Status::fail: return CheckResult::fail(message);
  }
  return {};
}

CheckResult redacted(const Redactor& redactor, const CheckResult& result) {
  const auto changed = [&](const std::string& text) { return text.empty() ? text : call(redactor, text); };
  auto shown = with_message(result.status(), changed(result.message()));
  for (const auto& [key, value] : result.data())
    shown.with(key, value.kind() == Value::Kind::text ? Value{changed(value.as_text())} : value);
  return shown;
}

}  // namespace

Redactor make_redactor(std::function<std::string(std::string_view)> redact) {
  if (!redact) return nullptr;
  return std::make_shared<const std::function<std::string(std::string_view)>>(std::move(redact));
}

std::string redacted(const Redactor& redactor, std::string_view text) {
  auto clean = clean_text(text, CheckResult::max_text);
  if (!redactor || clean.empty()) return clean;
  return clean_text(call(redactor, clean), CheckResult::max_text);
}

bool passes(const Redactor& redactor, const SharedResult& result) noexcept {
  return !redactor || result == out_of_memory() || !has_text(*result);
}

SharedResult redacted(const Redactor& redactor, SharedResult result) {
  if (passes(redactor, result)) return result;
  try {
    return std::make_shared<const CheckResult>(redacted(redactor, *result));
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
