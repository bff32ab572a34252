#pragma once

#include <cstddef>

namespace vitals::inline v1 {
namespace detail {

/// How much work the service has in flight. A Lifecycle counts it, and metrics show it.
///
/// @par Thread safety  Shared objects: safe.
class WorkGauge {
 public:
  [[nodiscard]] virtual std::size_t in_flight() const noexcept = 0;

 protected:
  ~WorkGauge() = default;
};

}  // namespace detail
}  // namespace vitals::inline v1
