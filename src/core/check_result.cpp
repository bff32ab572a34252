#include <cmath>
#include <cstdint>
#include <ostream>
#include <utility>

#include <vitals/check_result.hpp>

#include "core/base/secrets.hpp"
#include "core/base/show.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {

Value::Value(std::string_view text) : kind_{Kind::text}, text_{detail::clean_text(text, CheckResult::max_text)} {}

Value Value::real(double value) noexcept {
  Value result;
  if (!std::isfinite(value)) return result;
  result.kind_ = Kind::real;
  result.number_.real = value;
  return result;
}

Value Value::seconds(double value) noexcept {
  constexpr double exact = 9'007'199'254'740'992;  // up to here a double holds every integer
  if (std::abs(value) <= exact && std::trunc(value) == value) return static_cast<std::int64_t>(value);
  return real(value);
}

bool Value::equals(const Value& other) const noexcept {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::null: return true;
    case Kind::boolean: return as_boolean() == other.as_boolean();
    case Kind::integer: return as_integer() == other.as_integer();
    case Kind::unsigned_integer: return as_unsigned_integer() == other.as_unsigned_integer();
    case Kind::real: return as_real() == other.as_real();
    case Kind::text: return as_text() == other.as_text();
  }
  return false;
}

std::ostream& Value::show(std::ostream& out) const {
  switch (kind()) {
    case Kind::null: return out << "null";
    case Kind::boolean: return out << (as_boolean() ? "true" : "false");
    case Kind::integer: return out << as_integer();
    case Kind::unsigned_integer: return out << as_unsigned_integer();
    case Kind::real: return out << as_real();
    case Kind::text: return out << '"' << as_text() << '"';
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const CheckResult& result) {
  return detail::show(out, result.status(), result.message(), result.data());
}

std::ostream& detail::show(std::ostream& out, Status status, std::string_view message, const std::vector<Datum>& data) {
  out << status;
  if (!message.empty()) out << " \"" << message << '"';
  const char* separator = " {";
  for (const auto& [key, value] : data) out << std::exchange(separator, ", ") << key << ": " << value;
  if (!data.empty()) out << '}';
  return out;
}

CheckResult::CheckResult(Status status, std::string_view message)
    : status_{status}, message_{detail::clean_text(message, max_text)} {}

CheckResult CheckResult::pass(Text message) { return {Status::pass, message}; }
CheckResult CheckResult::warn(Text message) { return {Status::warn, message}; }
CheckResult CheckResult::fail(Text message) { return {Status::fail, message}; }

CheckResult& CheckResult::with(Text key, Value value) & {
  auto name = detail::mended_name(key);
  if (value.kind() == Value::Kind::text && detail::is_secret(name, value.as_text())) value = Value{detail::hidden};
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
