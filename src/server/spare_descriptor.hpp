#pragma once

#include <array>
#include <utility>

#include <vitals/export.hpp>

#include "server/descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Holds the numbers of the standard streams that the host has closed, while something is made that opens descriptors
/// by itself: see own_descriptor().
class StreamPlaceholders {
 public:
  VITALS_EXPORT StreamPlaceholders() noexcept;

 private:
  std::array<Descriptor, 3> descriptors_ = {};
};

/// A descriptor that is kept to be given up when the process has no other one left.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class SpareDescriptor {
 public:
  SpareDescriptor() noexcept { open(); }

  [[nodiscard]] bool is_missing() const noexcept { return wanted_ && !descriptor_; }
  /// Takes one again if it is missing, and if the process has one.
  void take() noexcept {
    if (is_missing()) open();
  }
  /// @returns Whether there is one descriptor more now.
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
