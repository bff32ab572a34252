#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::inline v1 {
namespace detail {

/// Where a service is in its life, as `/health` shows it.
enum class Phase { starting, serving, draining };

[[nodiscard]] constexpr std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::starting: return "starting";
    case Phase::serving: return "serving";
    case Phase::draining: return "draining";
  }
  return "unknown";
}

/// What a shutdown waits for.
struct Awaited {
  std::size_t in_flight = 0;
  std::vector<std::string> callbacks = {};  ///< The names of those that haven't returned yet, in order.

  bool operator==(const Awaited&) const = default;
};

}  // namespace detail
}  // namespace vitals::inline v1
