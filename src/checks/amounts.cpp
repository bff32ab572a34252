#include "checks/amounts.hpp"

#include <array>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {
namespace {

void require_share(const char* check, const char* option, const std::optional<Percent>& share) {
  if (share && !(share->value >= 0 && share->value <= 100))
    throw std::invalid_argument{std::string{"vitals: "} + check + ": " + option + " must be 0 to 100 percent"};
}

}  // namespace

std::string spoken(Bytes bytes) {
  constexpr std::array<std::string_view, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (unit + 1 < units.size() && bytes.count >> (10 * (unit + 1)) != 0) ++unit;
  const auto whole = bytes.count >> (10 * unit);
  auto text = std::to_string(whole);
  if (unit > 0 && whole < 10) text += '.' + std::to_string((bytes.count * 10 >> (10 * unit)) % 10);
  return text.append(" ").append(units[unit]);
}

CheckResult judged(double used, const std::optional<Percent>& warn_at, const std::optional<Percent>& fail_at,
                   const std::string& message) {
  if (fail_at && used >= fail_at->value) return CheckResult::fail(message);
  if (warn_at && used >= warn_at->value) return CheckResult::warn(message);
  return CheckResult::pass(message);
}

void require_order(const char* check, const std::optional<Percent>& warn_at, const std::optional<Percent>& fail_at) {
  require_share(check, "warn_at", warn_at);
  require_share(check, "fail_at", fail_at);
  if (warn_at && fail_at && *warn_at > *fail_at)
    throw std::invalid_argument{std::string{"vitals: "} + check + ": warn_at must not exceed fail_at"};
}

}  // namespace detail
}  // namespace vitals::inline v1
