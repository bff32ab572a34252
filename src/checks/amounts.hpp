#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include <vitals/check_result.hpp>
#include <vitals/units.hpp>

namespace vitals::inline v1 {
namespace detail {

/// "512 bytes", "7.6 GiB": rounded down.
[[nodiscard]] std::string spoken(Bytes bytes);

/// `used` hundredths of a limit, against what warns and what fails.
[[nodiscard]] CheckResult judged(double used, const std::optional<Percent>& warn_at,
                                 const std::optional<Percent>& fail_at, const std::string& message);

/// How many hundredths of `all` these are; 100 of nothing.
[[nodiscard]] constexpr double share_of(Bytes part, Bytes all) noexcept {
  return all.count == 0 ? 100 : static_cast<double>(part.count) * 100 / static_cast<double>(all.count);
}

/// @throws std::invalid_argument  if shares are out of range, or what fails comes before what warns.
void require_order(const char* check, const std::optional<Percent>& warn_at, const std::optional<Percent>& fail_at);

}  // namespace detail
}  // namespace vitals::inline v1
