#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <compare>
#include <cstdint>

/// Amounts with their unit, for the options of ready-made checks.
namespace vitals::inline v1 {

struct Bytes {
  std::uint64_t count = 0;

  friend constexpr auto operator<=>(const Bytes& a, const Bytes& b) noexcept = default;
};

/// A share of a whole, 0 to 100.
struct Percent {
  double value = 0;

  friend constexpr auto operator<=>(const Percent& a, const Percent& b) noexcept = default;
};

/// A number of bytes, or a share of those that there are.
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
  /// The bytes that it is of so many.
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

/// `10_GiB`, `500_MiB`, `80_percent`, `2.5_percent`. What is too large doesn't compile.
inline namespace literals {

namespace detail_of_literals {

consteval Bytes bytes(unsigned long long count, int shift) {
  if (count > (~0ULL >> shift)) throw "vitals: too many bytes";
  return {count << shift};
}

consteval Percent percent(double value) {
  if (value > 100) throw "vitals: a share is at most 100 percent";
  return {value};
}

}  // namespace detail_of_literals

consteval Bytes operator""_KiB(unsigned long long count) { return detail_of_literals::bytes(count, 10); }
consteval Bytes operator""_MiB(unsigned long long count) { return detail_of_literals::bytes(count, 20); }
consteval Bytes operator""_GiB(unsigned long long count) { return detail_of_literals::bytes(count, 30); }
consteval Bytes operator""_TiB(unsigned long long count) { return detail_of_literals::bytes(count, 40); }
consteval Percent operator""_percent(unsigned long long value) {
  return detail_of_literals::percent(static_cast<double>(value));
}
consteval Percent operator""_percent(long double value) {
  return detail_of_literals::percent(static_cast<double>(value));
}

}  // namespace literals

}  // namespace vitals::inline v1

#endif
