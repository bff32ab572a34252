#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>
#include <optional>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {

namespace detail {
class FlagSource;
class InstantSource;
}  // namespace detail

struct StatusFlagOptions {
  /// How long a result stays true after it was set, 1 ms to 24 h; then it is stale, which is a failure. None: until the
  /// next set().
  std::optional<Duration> valid_for = std::nullopt;
};

/// A result that the application pushes instead of being asked for it.
///
/// @code
/// vitals::StatusFlag price_feed{vitals::CheckResult::warn("connecting")};
/// health.add_readiness_check("price-feed", price_feed);
/// price_feed.set(vitals::CheckResult::pass());
/// @endcode
///
/// Copies share the one result, which lives on in the registry when they are all gone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT StatusFlag {
 public:
  /// @throws std::invalid_argument  if `options.valid_for` is out of range.
  explicit StatusFlag(CheckResult initial, StatusFlagOptions options = {});

  /// Replaces the result; the registries that it is registered with know at once.
  void set(CheckResult result) const;

  [[nodiscard]] CheckResult get() const;

 private:
  friend std::shared_ptr<detail::InstantSource> instant_source(const StatusFlag& flag) noexcept;

  std::shared_ptr<detail::FlagSource> source_;
};

VITALS_EXPORT std::shared_ptr<detail::InstantSource> instant_source(const StatusFlag& flag) noexcept;

}  // namespace vitals::inline v1

#endif
