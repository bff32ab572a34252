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

/// Counts how often each limit of a server is met, and writes a log line at most once a minute for each, so that an
/// attacker can't fill the log.
///
/// The counts go on over several starts of the server; each start() sets its name.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: counts() is safe; the rest takes one caller at a time.
class VITALS_EXPORT Limits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @param name  The server's name in log lines: "[::]:8080".
  void set_name(std::string name) noexcept { name_ = std::move(name); }

  /// Counts it.
  ///
  /// @param now     Never earlier than in the call before.
  /// @param detail  The system's error message, if there is one.
  /// @returns The line for the log, if it is time for one. There is none for the ways in which kept connections usually
  ///          end.
  [[nodiscard]] std::optional<std::string> met(Limit limit, Time now, std::string_view detail = {});

  [[nodiscard]] LimitCounts counts() const noexcept;

 private:
  struct Kind {
    std::atomic<std::uint64_t> count = 0;
    std::uint64_t logged = 0;  ///< The count at the last line.
    Time quiet_until = Time::min();
  };

  [[nodiscard]] std::uint64_t count(Limit limit) const noexcept;

  std::string name_ = {};
  std::array<Kind, limit_count> kinds_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
