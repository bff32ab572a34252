#include <cmath>
#include <utility>

#include <vitals/check_result.hpp>

#include "core/base/text.hpp"

namespace vitals::inline v1 {

Value::Value(std::string_view text) : kind_{Kind::text}, text_{detail::safe_text(text, CheckResult::max_text)} {}

Value Value::real(double value) noexcept {
  Value result;
  if (!std::isfinite(value)) return result;
  result.kind_ = Kind::real;
  result.number_.real = value;
  return result;
}

bool operator==(const Value& a, const Value& b) noexcept {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::null: return true;
    case Value::Kind::boolean: return a.as_boolean() == b.as_boolean();
    case Value::Kind::integer: return a.as_integer() == b.as_integer();
    case Value::Kind::unsigned_integer: return a.as_unsigned_integer() == b.as_unsigned_integer();
    case Value::Kind::real: return a.as_real() == b.as_real();
    case Value::Kind::text: return a.as_text() == b.as_text();
  }
  return false;
}

CheckResult::CheckResult(Status status, std::string_view message)
    : status_{status}, message_{detail::safe_text(message, max_text)} {}

CheckResult CheckResult::pass(Text message) { return {Status::pass, message}; }
CheckResult CheckResult::warn(Text message) { return {Status::warn, message}; }
CheckResult CheckResult::fail(Text message) { return {Status::fail, message}; }

CheckResult& CheckResult::with(Text key, Value value) & {
  auto name = detail::mended_name(key);
  for (auto& datum : data_) {
    if (datum.key != name) continue;
    datum.value = std::move(value);
    return *this;
  }
  if (data_.size() < max_data) data_.push_back({std::move(name), std::move(value)});
  return *this;
}

CheckResult CheckResult::with(Text key, Value value) && {
  with(key, std::move(value));
  return std::move(*this);
}

}  // namespace vitals::inline v1
