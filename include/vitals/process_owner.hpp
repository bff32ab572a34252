#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

// Used by the headers of this library; not for applications.

#include <atomic>
#include <memory>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The process that something was started in.
///
/// A child of fork() has a copy of the object but none of its threads: a mutex may stay locked for ever there, a
/// condition variable may have waiters that don't exist, and epoll sets, timers and sockets are shared with the parent.
/// So whatever stops, destroys or dispatches asks this before it takes a lock, and in another process does nothing that
/// the parent could notice.
///
/// @par Thread safety  Shared objects: safe, and async-signal-safe.
class VITALS_EXPORT ProcessOwner {
 public:
  /// The calling process is the owner from here on.
  void claim() noexcept;
  /// What was started has ended: there is no owner any more.
  void release() noexcept;
  /// False while there is no owner.
  [[nodiscard]] bool is_another() const noexcept;

 private:
  std::atomic<long> id_ = 0;
};

/// Keeps an object until the process ends, without destroying it then. It stays reachable, so that leak detectors know
/// that it is kept on purpose.
VITALS_EXPORT void leak(std::shared_ptr<void> object) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1

#endif
