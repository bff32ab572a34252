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

/// Refers to a registered check. Destroying the handle leaves the check registered.
///
/// @code
/// const vitals::CheckHandle handle = health.add_readiness_check("session", check);
/// handle.remove();
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, also from inside a running check.
/// @par Lifetime       May outlive the registry; remove() then does nothing.
class VITALS_EXPORT CheckHandle {
 public:
  /// Refers to no check.
  CheckHandle() noexcept;

  /// Unregisters the check. A run under way gets a stop request, and its result is dropped; doesn't wait for it.
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

/// Owns the registration of a check. The destructor unregisters the check and waits for a run under way, so that what
/// the check captures may be destroyed next.
///
/// @code
/// vitals::ScopedCheck scoped = health.add_readiness_check("session", [&] { return session.alive(); });
/// @endcode
///
/// The wait has no limit. Inside a check, a listener, a `done` or a log function of the same registry it doesn't wait:
/// it would wait for itself. Nor does it wait for an asynchronous check whose function has returned: its completion is
/// ignored, and it must own what it uses.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class [[nodiscard]] VITALS_EXPORT ScopedCheck {
 public:
  ScopedCheck() noexcept;
  [[nodiscard]] ScopedCheck(CheckHandle handle) noexcept;
  ScopedCheck(ScopedCheck&& other) noexcept;
  ScopedCheck& operator=(ScopedCheck&& other) noexcept;
  ~ScopedCheck();

  /// Unregisters now, and waits as the destructor does.
  void reset() noexcept;
  /// Gives up ownership; the check stays registered.
  CheckHandle release() noexcept;

  [[nodiscard]] const std::string& name() const noexcept { return handle_.name(); }

 private:
  CheckHandle handle_;
};

/// A listener's registration at HealthRegistry::on_change(). Its end ends the calls.
///
/// The destructor waits at most 1 s for a call under way, and not at all inside a check or a listener of the same
/// registry. A listener that takes longer is abandoned: what it captures must outlive it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       May outlive the registry.
class [[nodiscard]] VITALS_EXPORT Subscription {
 public:
  Subscription() noexcept;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription();

  /// Ends the calls now, and waits as the destructor does.
  void reset() noexcept;

 private:
  friend class HealthRegistry;
  Subscription(std::weak_ptr<detail::RegistryState> state, std::shared_ptr<detail::Listener> listener) noexcept;

  std::weak_ptr<detail::RegistryState> state_;
  std::shared_ptr<detail::Listener> listener_;
};

}  // namespace vitals::inline v1

#endif
