#include "systemd/environment.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace vitals::inline v1 {
namespace detail {
namespace {

std::string_view variable(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value != nullptr ? value : std::string_view{};
}

/// @returns 0 if it is no number.
std::uint64_t number_of(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? number : 0;
}

std::optional<Duration> watchdog() noexcept {
  const auto pid = variable("WATCHDOG_PID");
  if (!pid.empty() && number_of(pid) != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
  const auto usec = number_of(variable("WATCHDOG_USEC"));
  if (usec == 0) return std::nullopt;
  constexpr std::chrono::microseconds most = std::chrono::hours{24};
  return std::chrono::microseconds{std::min(usec, static_cast<std::uint64_t>(most.count()))};
}

}  // namespace

SystemdEnvironment read_systemd_environment() {
  return {.notify_socket = std::string{variable("NOTIFY_SOCKET")}, .watchdog = watchdog()};
}

void unset_systemd_environment() noexcept {
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
}

}  // namespace detail
}  // namespace vitals::inline v1
