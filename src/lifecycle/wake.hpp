#pragma once

#include <chrono>

#include <vitals/clock.hpp>
#include <vitals/process_owner.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Wakes one thread, also from a signal handler.
///
/// @par Thread safety  Shared objects: safe; one thread waits at a time.
class Wake {
 public:
  /// @throws std::system_error  if there are no file descriptors.
  Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  ~Wake();

  /// In a child of fork(): opens a pipe of its own, so that parent and child don't wake each other. Nothing else may be
  /// called meanwhile. @throws std::system_error  if there are no file descriptors.
  void renew();

  /// Async-signal-safe.
  void notify() noexcept;
  /// Returns after a notify() that came since the last wait, after `duration`, or spuriously.
  void wait_for(Duration duration) noexcept;

 private:
  void open();

  ProcessOwner owner_;
  int ends_[2] = {-1, -1};  // of a pipe: read, write
};

}  // namespace detail
}  // namespace vitals::inline v1
