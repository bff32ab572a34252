#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <algorithm>
#include <concepts>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gmock/gmock.h>

#include <vitals/check_result.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>

/// GoogleMock's matchers of what a check says, for CheckResult (see vitals/testing/run.hpp) and CheckReport alike:
///
/// @code
/// using namespace vitals::test;
/// EXPECT_THAT(run(check), IsPass());
/// EXPECT_THAT(run(check), IsFail(HasSubstr("3 GiB")));
/// EXPECT_THAT(run(check), AllOf(IsWarn("backlog"), HasDatum("depth", Gt(10'000))));
/// EXPECT_THAT(health.report(vitals::Probe::readiness).find("database"), Optional(IsFail()));
/// @endcode

namespace vitals::inline v1 {

namespace detail {

/// What a result and a report have in common.
struct Said {
  explicit Said(const CheckResult& result) : status{result.status()}, message{result.message()}, data{result.data()} {}
  explicit Said(const CheckReport& report) : status{report.status}, message{report.message}, data{report.data} {}

  Status status;
  const std::string& message;
  const std::vector<Datum>& data;
};

inline void print(const Value& value, std::ostream& out) {
  switch (value.kind()) {
    case Value::Kind::null: out << "null"; return;
    case Value::Kind::boolean: out << (value.as_boolean() ? "true" : "false"); return;
    case Value::Kind::integer: out << value.as_integer(); return;
    case Value::Kind::unsigned_integer: out << value.as_unsigned_integer(); return;
    case Value::Kind::real: out << value.as_real(); return;
    case Value::Kind::text: out << '"' << value.as_text() << '"'; return;
  }
}

inline void print(const Said& said, std::ostream& out) {
  out << said.status;
  if (!said.message.empty()) out << " \"" << said.message << '"';
  const char* separator = " {";
  for (const auto& [key, value] : said.data) {
    out << std::exchange(separator, ", ") << key << ": ";
    print(value, out);
  }
  if (!said.data.empty()) out << '}';
}

/// The value of a datum as matchers see it: it compares with numbers whatever kind of number it is, with texts and with
/// booleans. One of another kind is neither equal to, less nor greater than anything.
class ObservedValue {
 public:
  explicit ObservedValue(Value value) : value_{std::move(value)} {}

  operator std::string() const { return value_.kind() == Value::Kind::text ? value_.as_text() : ""; }

  friend bool operator==(const ObservedValue& a, const std::same_as<Value> auto& b) noexcept { return a.value_ == b; }
  friend bool operator==(const ObservedValue& a, std::same_as<bool> auto b) noexcept {
    return a.value_.kind() == Value::Kind::boolean && a.value_.as_boolean() == b;
  }
  friend bool operator==(const ObservedValue& a, std::string_view b) noexcept {
    return a.value_.kind() == Value::Kind::text && a.value_.as_text() == b;
  }
  template <class Number>
  requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>) friend bool operator==(const ObservedValue& a,
                                                                                               Number b) noexcept {
    return a.compare(b) == std::partial_ordering::equivalent;
  }
  template <class Number>
  requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>) friend std::partial_ordering operator<=>(
      const ObservedValue& a, Number b) noexcept {
    return a.compare(b);
  }
  friend std::ostream& operator<<(std::ostream& out, const ObservedValue& observed) {
    print(observed.value_, out);
    return out;
  }

 private:
  template <class Number>
  std::partial_ordering compare(Number number) const noexcept {
    const auto other = static_cast<long double>(number);  // holds every integer of 64 bits where it has 64 of its own
    switch (value_.kind()) {
      case Value::Kind::integer: return static_cast<long double>(value_.as_integer()) <=> other;
      case Value::Kind::unsigned_integer: return static_cast<long double>(value_.as_unsigned_integer()) <=> other;
      case Value::Kind::real: return static_cast<long double>(value_.as_real()) <=> other;
      case Value::Kind::null:
      case Value::Kind::boolean:
      case Value::Kind::text: return std::partial_ordering::unordered;
    }
    return std::partial_ordering::unordered;
  }

  Value value_;
};

class StatusMatcher {
 public:
  StatusMatcher(Status status, std::optional<::testing::Matcher<std::string>> message)
      : status_{status}, message_{std::move(message)} {}

  template <class Checked>
  bool MatchAndExplain(const Checked& checked, ::testing::MatchResultListener* listener) const {
    const Said said{checked};
    if (said.status != status_) {
      *listener << "which is ";
      if (listener->IsInterested()) print(said, *listener->stream());
      return false;
    }
    if (!message_) return true;
    *listener << "whose message is \"" << said.message << '"';
    ::testing::StringMatchResultListener why;
    const bool matches = message_->MatchAndExplain(said.message, &why);
    if (const auto words = why.str(); !words.empty()) *listener << ", " << words;
    return matches;
  }
  void DescribeTo(std::ostream* out) const {
    *out << "is " << status_;
    if (!message_) return;
    *out << " with a message that ";
    message_->DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "isn't " << status_;
    if (!message_) return;
    *out << ", or has a message that ";
    message_->DescribeNegationTo(out);
  }

 private:
  Status status_;
  std::optional<::testing::Matcher<std::string>> message_;
};

class DatumMatcher {
 public:
  DatumMatcher(std::string key, ::testing::Matcher<ObservedValue> value)
      : key_{std::move(key)}, value_{std::move(value)} {}

  template <class Checked>
  bool MatchAndExplain(const Checked& checked, ::testing::MatchResultListener* listener) const {
    const Said said{checked};
    const auto datum = std::ranges::find(said.data, key_, &Datum::key);
    if (datum == said.data.end()) {
      *listener << "which has no datum " << key_ << ": ";
      if (listener->IsInterested()) print(said, *listener->stream());
      return false;
    }
    const ObservedValue observed{datum->value};
    *listener << "whose datum " << key_ << " is " << observed;
    return value_.MatchAndExplain(observed, listener);
  }
  void DescribeTo(std::ostream* out) const {
    *out << "has a datum " << key_ << " that ";
    value_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "has no datum " << key_ << " that ";
    value_.DescribeTo(out);
  }

 private:
  std::string key_;
  ::testing::Matcher<ObservedValue> value_;
};

}  // namespace detail

/// How GoogleTest shows them.
inline void PrintTo(const Value& value, std::ostream* out) { detail::print(value, *out); }
inline void PrintTo(const CheckResult& result, std::ostream* out) { detail::print(detail::Said{result}, *out); }
inline void PrintTo(const CheckReport& report, std::ostream* out) {
  *out << report.name << ": ";
  detail::print(detail::Said{report}, *out);
}

namespace test {

/// Matches what passes; with an argument, what passes with such a message.
inline auto IsPass() { return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::pass, std::nullopt}); }
inline auto IsPass(::testing::Matcher<std::string> message) {
  return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::pass, std::move(message)});
}

/// Matches what warns.
inline auto IsWarn() { return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::warn, std::nullopt}); }
inline auto IsWarn(::testing::Matcher<std::string> message) {
  return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::warn, std::move(message)});
}

/// Matches what fails.
inline auto IsFail() { return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::fail, std::nullopt}); }
inline auto IsFail(::testing::Matcher<std::string> message) {
  return ::testing::MakePolymorphicMatcher(detail::StatusMatcher{Status::fail, std::move(message)});
}

/// Matches what has a datum of that key and value.
///
/// @param value  A number (of whatever type), a text, a boolean, a Value, or a matcher of one: `Gt(2.5)`,
///               `HasSubstr("data")`.
template <class ValueOrMatcher>
auto HasDatum(std::string key, const ValueOrMatcher& value) {
  const auto matcher = [&]() -> ::testing::Matcher<detail::ObservedValue> {
    if constexpr (std::convertible_to<const ValueOrMatcher&, std::string_view>)
      return ::testing::Eq(std::string{std::string_view{value}});
    else if constexpr (std::convertible_to<const ValueOrMatcher&, Value>)
      return ::testing::Eq(value);
    else
      return ::testing::SafeMatcherCast<detail::ObservedValue>(value);
  };
  return ::testing::MakePolymorphicMatcher(detail::DatumMatcher{std::move(key), matcher()});
}

}  // namespace test
}  // namespace vitals::inline v1

#endif
