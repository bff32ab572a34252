#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include <vitals/health_event.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The latest transitions of a registry.
///
/// @par Thread safety  Shared objects: safe.
class History {
 public:
  static constexpr std::size_t max_events = 50;
  static constexpr std::size_t max_text = std::size_t{32} * 1024;  ///< Bytes, of names and reasons.

  /// Drops the oldest events beyond the limits. Not a transition: an event without `from`.
  void add(const HealthEvent& event);
  /// The newest first.
  [[nodiscard]] std::vector<HealthEvent> latest() const;

 private:
  mutable std::mutex mutex_;
  std::deque<HealthEvent> events_;  ///< The newest first.
  std::size_t text_ = 0;            ///< Bytes in `events_`.
};

}  // namespace detail
}  // namespace vitals::inline v1
