#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <algorithm>
#include <concepts>
#include <optional>
#include <ostream>
#include <sstream>
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
/// EXPECT_THAT(health.report("database"), IsFail());
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

/// The value of a datum as matchers see it: it compares with numbers whatever kind of number it is, with texts and with
/// booleans. One of another kind is neither equal to, less nor greater than anything. Matchers of strings see a text,
/// or what else it is as it is printed: "12", "true", "null".
class ObservedValue {
 public:
  explicit ObservedValue(Value value) : value_{std::move(value)} {}

  operator std::string() const { return seen_as<std::string>().value(); }
  /// Anything but false, null, zero and an empty text.
  explicit operator bool() const {
    return value_.kind() != Value::Kind::null && *this != false && *this != 0 && *this != std::string_view{};
  }

  /// None if the value isn't of that kind.
  template <class Seen>
  [[nodiscard]] std::optional<Seen> seen_as() const {
    if constexpr (std::same_as<Seen, std::string>) {
      if (value_.kind() == Value::Kind::text) return value_.as_text();
      std::ostringstream out;
      out << value_;
      return out.str();
    } else if constexpr (std::same_as<Seen, bool>) {
      return value_.kind() == Value::Kind::boolean ? std::optional{value_.as_boolean()} : std::nullopt;
    } else {
      switch (value_.kind()) {
        case Value::Kind::integer: return static_cast<Seen>(value_.as_integer());
        case Value::Kind::unsigned_integer: return static_cast<Seen>(value_.as_unsigned_integer());
        case Value::Kind::real: return static_cast<Seen>(value_.as_real());
        case Value::Kind::null:
        case Value::Kind::boolean:
        case Value::Kind::text: break;
      }
      return std::nullopt;
    }
  }

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
  friend std::ostream& operator<<(std::ostream& out, const ObservedValue& observed) { return out << observed.value_; }

 private:
  template <class Number>
  std::partial_ordering compare(Number number) const noexcept {
    const auto seen = seen_as<long double>();  // holds every integer of 64 bits where it has 64 of its own
    return seen ? *seen <=> static_cast<long double>(number) : std::partial_ordering::unordered;
  }

  Value value_;
};

/// What the listener is told by a matcher within another one, as a subordinate clause.
template <class Seen>
bool match_within(const ::testing::Matcher<Seen>& matcher, const Seen& seen, ::testing::MatchResultListener* listener) {
  ::testing::StringMatchResultListener why;
  const bool matches = matcher.MatchAndExplain(seen, &why);
  if (const auto words = why.str(); !words.empty()) *listener << ", " << words;
  return matches;
}

class StatusMatcher {
 public:
  StatusMatcher(Status status, std::optional<::testing::Matcher<std::string>> message)
      : status_{status}, message_{std::move(message)} {}

  template <class Checked>
  bool MatchAndExplain(const Checked& checked, ::testing::MatchResultListener* listener) const {
    const Said said{checked};
    if (said.status != status_) {
      *listener << "which is " << said.status;
      return false;
    }
    if (!message_) return true;
    *listener << "whose message is \"" << said.message << '"';
    return match_within<std::string>(*message_, said.message, listener);
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
      *listener << "which has no datum " << key_;
      const char* separator = ", only ";
      for (const auto& [key, value] : said.data) *listener << std::exchange(separator, ", ") << key;
      return false;
    }
    const ObservedValue observed{datum->value};
    *listener << "whose datum " << key_ << " is " << observed;
    return match_within(value_, observed, listener);
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

/// A matcher of numbers, booleans or strings alone, such as DoubleNear().
template <class Seen>
class SeenAsMatcher {
 public:
  explicit SeenAsMatcher(::testing::Matcher<Seen> matcher) : matcher_{std::move(matcher)} {}

  bool MatchAndExplain(const ObservedValue& value, ::testing::MatchResultListener* listener) const {
    const auto seen = value.seen_as<Seen>();
    return seen && matcher_.MatchAndExplain(*seen, listener);
  }
  void DescribeTo(std::ostream* out) const { matcher_.DescribeTo(out); }
  void DescribeNegationTo(std::ostream* out) const { matcher_.DescribeNegationTo(out); }

 private:
  ::testing::Matcher<Seen> matcher_;
};

template <class Seen>
::testing::Matcher<ObservedValue> seen_as(::testing::Matcher<Seen> matcher) {
  return ::testing::MakePolymorphicMatcher(SeenAsMatcher<Seen>{std::move(matcher)});
}

template <class ValueOrMatcher>
::testing::Matcher<ObservedValue> value_matcher(const ValueOrMatcher& value) {
  if constexpr (std::convertible_to<const ValueOrMatcher&, std::string_view>) {
    return ::testing::Eq(std::string{std::string_view{value}});
  } else if constexpr (std::convertible_to<const ValueOrMatcher&, Value>) {
    return ::testing::Eq(value);
  } else if constexpr (std::convertible_to<const ValueOrMatcher&, ::testing::Matcher<ObservedValue>>) {
    return value;
  } else if constexpr (std::convertible_to<const ValueOrMatcher&, ::testing::Matcher<std::string>>) {
    return seen_as<std::string>(value);
  } else if constexpr (std::convertible_to<const ValueOrMatcher&, ::testing::Matcher<double>>) {
    return seen_as<double>(value);
  } else if constexpr (std::convertible_to<const ValueOrMatcher&, ::testing::Matcher<bool>>) {
    return seen_as<bool>(value);
  } else {
    static_assert(!std::same_as<ValueOrMatcher, ValueOrMatcher>,
                  "vitals: HasDatum can't use this matcher: write one that compares, as in AllOf(Ge(1), Le(2))");
    return ::testing::_;
  }
}

}  // namespace detail

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
///               `HasSubstr("data")`, `DoubleNear(0.5, 0.01)`, `IsTrue()`. Matchers of strings see numbers as they are
///               printed. Those of floating-point numbers don't go into AllOf() and the like: there write Ge() and
///               Le().
template <class ValueOrMatcher>
auto HasDatum(std::string key, const ValueOrMatcher& value) {
  return ::testing::MakePolymorphicMatcher(detail::DatumMatcher{std::move(key), detail::value_matcher(value)});
}

}  // namespace test
}  // namespace vitals::inline v1

#endif
