#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <memory>
#include <string>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
struct RegistryState;
struct Listener;
}  // namespace detail

/// A registered check. Dropping the handle leaves the check registered.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, also from inside a running check.
/// @par Lifetime       May outlive the registry; remove() is then without effect.
class VITALS_EXPORT CheckHandle {
 public:
  /// Refers to no check.
  CheckHandle() noexcept;

  /// Unregisters the check. A run under way is told to stop, and its result is dropped; doesn't wait for it.
  /// Idempotent.
  void remove() const noexcept;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  friend class HealthRegistry;
  friend class ScopedCheck;
  CheckHandle(std::weak_ptr<detail::RegistryState> state, std::uint64_t id, std::string name) noexcept;
  void remove_and_wait() const noexcept;

  std::weak_ptr<detail::RegistryState> state_;
  std::uint64_t id_ = 0;
  std::string name_;
};

/// Owns the registration of a check: its end unregisters the check and waits for a run under way, so that what the
/// check refers to may go next.
///
/// @code
/// vitals::ScopedCheck scoped = health.add_readiness_check("session", [&] { return session.alive(); });
/// @endcode
///
/// The wait has no limit. It is left out in user code that a thread of the same registry runs (a check, a listener, an
/// answer's `done`, the log function: it might wait for itself),
/// and an asynchronous check isn't waited for once its function has returned: its completion is dropped, and it must
/// own what it uses.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class [[nodiscard]] VITALS_EXPORT ScopedCheck {
 public:
  ScopedCheck() noexcept;
  ScopedCheck(CheckHandle handle) noexcept;
  ScopedCheck(ScopedCheck&& other) noexcept;
  ScopedCheck& operator=(ScopedCheck&& other) noexcept;
  ~ScopedCheck();

  /// Unregisters now, and waits like the destructor.
  void reset() noexcept;
  /// Gives up ownership: the check stays registered.
  CheckHandle release() noexcept;

  [[nodiscard]] const std::string& name() const noexcept { return handle_.name(); }

 private:
  CheckHandle handle_;
};

/// A listener's place at HealthRegistry::on_change(): its end is the end of the deliveries.
///
/// The destructor waits at most 1 s for a delivery under way, and not at all inside a check or a listener of the same
/// registry; a listener that takes longer is abandoned, and what it refers to must then outlive it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       May outlive the registry.
class [[nodiscard]] VITALS_EXPORT Subscription {
 public:
  Subscription() noexcept;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription();

  /// Ends the deliveries now, and waits like the destructor.
  void reset() noexcept;

 private:
  friend class HealthRegistry;
  Subscription(std::weak_ptr<detail::RegistryState> state, std::shared_ptr<detail::Listener> listener) noexcept;

  std::weak_ptr<detail::RegistryState> state_;
  std::shared_ptr<detail::Listener> listener_;
};

}  // namespace vitals::inline v1

#endif
