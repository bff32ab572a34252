#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/export.hpp>
#include <vitals/server.hpp>

#include "server/limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Counts how often a server meets its limits, and says when that is worth a line in the log: at most once a minute for
/// each of them, so that an attacker doesn't write the log.
///
/// It outlives stop(), so each start() says what the server is called then.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: counts() is safe; the rest is for one caller at a time.
class VITALS_EXPORT Limits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @param name  How lines call the server from now on: "[::]:8080".
  void set_name(std::string name) noexcept { name_ = std::move(name); }

  /// Counts it.
  ///
  /// @param now     Not before that of an earlier call.
  /// @param detail  What the system says, if it was the system.
  /// @returns The line for the log, if it is time for one. How kept connections usually end is never worth one.
  [[nodiscard]] std::optional<std::string> met(Limit limit, Time now, std::string_view detail = {});

  [[nodiscard]] LimitCounts counts() const noexcept;

 private:
  struct Kind {
    std::atomic<std::uint64_t> count = 0;
    std::uint64_t told = 0;  ///< Of them, up to the last line.
    Time quiet_until = Time::min();
  };

  [[nodiscard]] std::uint64_t count(Limit limit) const noexcept;

  std::string name_ = {};
  std::array<Kind, limit_count> kinds_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
