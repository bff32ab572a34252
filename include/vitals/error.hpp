#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <system_error>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// The library's own error codes; the operating system's are in std::system_category().
///
/// @code
/// std::error_code error;
/// server.start(error);
/// if (error && error != vitals::Errc::already_started) return 1;
/// @endcode
///
/// An unhealthy dependency is data, a CheckResult. Misuse at set-up throws std::invalid_argument, which names the check
/// and the rule. Failed I/O in start() throws std::system_error, or fills a std::error_code. A running server
/// doesn't throw: trouble goes to the `log` option.
enum class Errc {
  already_started = 1,       ///< `start()` on a server that is running.
  unusable_certificate = 2,  ///< A file of TlsOptions has no certificate or key in PEM, or they don't fit.
};

[[nodiscard]] VITALS_EXPORT const std::error_category& error_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(Errc error) noexcept {
  return {static_cast<int>(error), error_category()};
}

}  // namespace vitals::inline v1

template <>
struct std::is_error_code_enum<vitals::Errc> : std::true_type {};

#endif
