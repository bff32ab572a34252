#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <compare>
#include <cstdint>
#include <stdexcept>

/// Amounts with their unit, for the options of ready-made checks.
namespace vitals::inline v1 {

struct Bytes {
  std::uint64_t count = 0;

  friend constexpr bool operator==(const Bytes& a, const Bytes& b) noexcept = default;
  friend constexpr auto operator<=>(const Bytes& a, const Bytes& b) noexcept { return a.count <=> b.count; }
};

/// A share of a whole, 0 to 100.
struct Percent {
  double value = 0;

  friend constexpr bool operator==(const Percent& a, const Percent& b) noexcept = default;
  friend constexpr auto operator<=>(const Percent& a, const Percent& b) noexcept { return a.value <=> b.value; }
};

/// A number of bytes, or a share of the whole.
///
/// @code
/// using namespace vitals::literals;
/// vitals::checks::DiskSpace disk{"/data", {.warn_below = 10_GiB, .fail_below = 2_percent}};
/// @endcode
class Amount {
 public:
  constexpr Amount(Bytes bytes) noexcept : bytes_{bytes} {}
  constexpr Amount(Percent share) noexcept : share_{share}, is_share_{true} {}

  [[nodiscard]] constexpr bool is_share() const noexcept { return is_share_; }
  [[nodiscard]] constexpr Percent share() const noexcept { return share_; }
  /// The amount in bytes, given the whole.
  [[nodiscard]] constexpr Bytes of(Bytes all) const noexcept {
    if (!is_share_) return bytes_;
    return {static_cast<std::uint64_t>(static_cast<double>(all.count) * share_.value / 100)};
  }

  friend constexpr bool operator==(const Amount& a, const Amount& b) noexcept = default;

 private:
  Bytes bytes_ = {};
  Percent share_ = {};
  bool is_share_ = false;
};

/// `10_GiB`, `500_MiB`, `80_percent`, `2.5_percent`. What is too large is a compile error in constant expressions, and
/// throws std::invalid_argument elsewhere.
inline namespace literals {

namespace detail_of_literals {

// Not consteval: clang 14 can't have that in default arguments.
constexpr Bytes bytes(unsigned long long count, int shift) {
  if (count > (~0ULL >> shift)) throw std::invalid_argument{"vitals: too many bytes"};
  return {count << shift};
}

constexpr Percent percent(double value) {
  if (value > 100) throw std::invalid_argument{"vitals: a share is at most 100 percent"};
  return {value};
}

}  // namespace detail_of_literals

constexpr Bytes operator""_KiB(unsigned long long count) { return detail_of_literals::bytes(count, 10); }
constexpr Bytes operator""_MiB(unsigned long long count) { return detail_of_literals::bytes(count, 20); }
constexpr Bytes operator""_GiB(unsigned long long count) { return detail_of_literals::bytes(count, 30); }
constexpr Bytes operator""_TiB(unsigned long long count) { return detail_of_literals::bytes(count, 40); }
constexpr Percent operator""_percent(unsigned long long value) {
  return detail_of_literals::percent(static_cast<double>(value));
}
constexpr Percent operator""_percent(long double value) {
  return detail_of_literals::percent(static_cast<double>(value));
}

}  // namespace literals

}  // namespace vitals::inline v1

#endif
