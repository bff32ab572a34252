#pragma once

#include <array>
#include <utility>

#include <vitals/export.hpp>

#include "server/descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Occupies the numbers of standard streams that the application has closed, while code runs that opens descriptors by
/// itself. See own_descriptor().
class StreamPlaceholders {
 public:
  VITALS_EXPORT StreamPlaceholders() noexcept;

 private:
  std::array<Descriptor, 3> descriptors_ = {};
};

/// A descriptor that is kept in reserve, and given up when the process has no other one left.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class SpareDescriptor {
 public:
  SpareDescriptor() noexcept { open(); }

  [[nodiscard]] bool is_missing() const noexcept { return wanted_ && !descriptor_; }
  /// Opens a new one if it is missing and the process has one left.
  void take() noexcept {
    if (is_missing()) open();
  }
  /// @returns Whether this has freed a descriptor.
  [[nodiscard]] bool give_up() noexcept {
    if (!descriptor_) return false;
    descriptor_ = {};
    return true;
  }
  /// Gives it up for good.
  void close() noexcept {
    wanted_ = false;
    descriptor_ = {};
  }

 private:
  VITALS_EXPORT void open() noexcept;

  Descriptor descriptor_ = {};
  bool wanted_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
