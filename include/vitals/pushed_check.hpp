#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <concepts>
#include <memory>
#include <optional>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace detail {
class PushedSource;
class InstantSource;
}  // namespace detail

struct PushedCheckOptions {
  /// How long a result holds after set(), 1 ms to 24 h; then it is stale, which is a failure. None: until the next
  /// set().
  std::optional<Duration> valid_for = std::nullopt;
};

/// A check whose result the application pushes, instead of being called for it.
///
/// @code
/// vitals::PushedCheck price_feed{vitals::CheckResult::warn("connecting"), {.valid_for = 30s}};
/// health.add_readiness_check("price-feed", price_feed);
/// price_feed.set(vitals::CheckResult::pass());
///
/// vitals::PushedCheck warmed_up{false};
/// health.add_startup_check("cache", warmed_up);
/// warmed_up.set(true);
/// @endcode
///
/// Its texts pass the redactor of each registry that it is registered with (RegistryOptions::redact), on the thread
/// that calls set() or registers it. get() returns them as they were before.
///
/// Copies share one result. It stays in the registry when all copies are gone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT PushedCheck {
 public:
  /// @throws std::invalid_argument  if `options.valid_for` is out of range.
  explicit PushedCheck(CheckResult initial, PushedCheckOptions options = {});
  /// True passes, false fails.
  explicit PushedCheck(std::same_as<bool> auto good, PushedCheckOptions options = {})
      : PushedCheck{result_of(good), options} {}

  /// Replaces the result. The registries that have this check see it at once.
  void set(CheckResult result) const;
  /// True passes, false fails.
  void set(std::same_as<bool> auto good) const { set(result_of(good)); }

  [[nodiscard]] CheckResult get() const;

 private:
  static CheckResult result_of(bool good) { return good ? CheckResult::pass() : CheckResult::fail(); }
  friend std::shared_ptr<detail::InstantSource> instant_source(const PushedCheck& check) noexcept;

  std::shared_ptr<detail::PushedSource> source_;
};

VITALS_EXPORT std::shared_ptr<detail::InstantSource> instant_source(const PushedCheck& check) noexcept;

}  // namespace vitals::inline v1

#endif
