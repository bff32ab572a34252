#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/export.hpp>
#include <vitals/status.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

/// A value that a check reports with its status: null, a boolean, a number or a text.
///
/// @code
/// return vitals::CheckResult::pass().with("depth", depth).with("host", host).with("age", 1500ms);   // age: 1.5
/// @endcode
///
/// A duration is its number of seconds. Text is made safe to show and loses its secrets, as in CheckResult; a number
/// that isn't finite becomes null.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT Value {
 public:
  enum class Kind { null, boolean, integer, unsigned_integer, real, text };

  Value() noexcept = default;
  Value(std::same_as<bool> auto value) noexcept : kind_{Kind::boolean} { number_.boolean = value; }
  Value(std::signed_integral auto value) noexcept : kind_{Kind::integer} { number_.integer = value; }
  Value(std::unsigned_integral auto value) noexcept requires(!std::same_as<decltype(value), bool>)
      : kind_{Kind::unsigned_integer} {
    number_.unsigned_integer = value;
  }
  Value(std::floating_point auto value) noexcept : Value{real(static_cast<double>(value))} {}
  /// In seconds: an integer if they are whole.
  template <class Rep, class Period>
  Value(std::chrono::duration<Rep, Period> value) noexcept
      : Value{seconds(std::chrono::duration<double>{value}.count())} {}
  Value(std::string_view text);
  Value(const std::string& text) : Value{std::string_view{text}} {}
  /// Null is the text "(null)".
  Value(const char* text) : Value{std::string_view{Text{text}}} {}
  /// JSON's null.
  Value(std::nullptr_t) noexcept {}

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  /// Call each only for its own kind().
  [[nodiscard]] bool as_boolean() const noexcept { return number_.boolean; }
  [[nodiscard]] std::int64_t as_integer() const noexcept { return number_.integer; }
  [[nodiscard]] std::uint64_t as_unsigned_integer() const noexcept { return number_.unsigned_integer; }
  [[nodiscard]] double as_real() const noexcept { return number_.real; }
  [[nodiscard]] const std::string& as_text() const noexcept { return text_; }

  // Found for Values only: anything that converts to one would print as one.
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.equals(b); }
  /// For people: `12`, `true`, `"text"`, `null`. Text isn't escaped; numbers look as the stream formats them.
  friend std::ostream& operator<<(std::ostream& out, const Value& value) { return value.show(out); }

 private:
  [[nodiscard]] bool equals(const Value& other) const noexcept;
  std::ostream& show(std::ostream& out) const;
  static Value real(double value) noexcept;
  static Value seconds(double value) noexcept;

  union Number {
    std::int64_t integer = 0;
    std::uint64_t unsigned_integer;
    double real;
    bool boolean;
  };
  Kind kind_ = Kind::null;
  Number number_;
  std::string text_;
};

/// A named value of a CheckResult.
struct Datum {
  std::string key = {};
  Value value = {};

  friend bool operator==(const Datum& a, const Datum& b) noexcept = default;
};

/// The result of one run of a check.
///
/// @code
/// return vitals::CheckResult::warn("backlog").with("depth", depth);
/// @endcode
///
/// Text is made safe to show: invalid UTF-8 becomes U+FFFD, control characters become spaces, and it is cut to 1 KiB. A
/// null C string is the text "(null)". Secrets of well-known forms are replaced by `***`: passwords in URLs
/// (`pg://app:***@db`), the values of names such as `password=`, `api_key=`, `"token":`, and `Bearer` and `Basic`
/// credentials. SECURITY.md lists them; RegistryOptions::redact adds your own. At most 16 data are kept.
/// Keys follow the rule for check names; other keys are changed to fit (upper case becomes lower case, other characters
/// '_').
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT CheckResult {
 public:
  /// Most data that a result keeps; further ones are dropped.
  static constexpr std::size_t max_data = 16;
  /// Most bytes of a message or of a text value.
  static constexpr std::size_t max_text = 1024;

  /// A failure, so that a forgotten result doesn't pass.
  CheckResult() = default;

  [[nodiscard]] static CheckResult pass(Text message = {});
  [[nodiscard]] static CheckResult warn(Text message = {});
  [[nodiscard]] static CheckResult fail(Text message = {});

  /// Adds a datum, or replaces the value of a key that exists. A text whose key names a secret (`password`) is hidden.
  CheckResult& with(Text key, Value value) &;
  [[nodiscard]] CheckResult with(Text key, Value value) &&;

  [[nodiscard]] Status status() const noexcept { return status_; }
  [[nodiscard]] const std::string& message() const& noexcept { return message_; }
  [[nodiscard]] std::string message() && { return std::move(message_); }
  [[nodiscard]] const std::vector<Datum>& data() const& noexcept { return data_; }
  [[nodiscard]] std::vector<Datum> data() && { return std::move(data_); }

  friend bool operator==(const CheckResult& a, const CheckResult& b) noexcept = default;

 private:
  CheckResult(Status status, std::string_view message);

  Status status_ = Status::fail;
  std::string message_;
  std::vector<Datum> data_;
};

/// As in `warn "backlog" {depth: 12000}`.
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, const CheckResult& result);

}  // namespace vitals::inline v1

#endif
