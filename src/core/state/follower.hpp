#pragma once

#include <memory>

#include "core/model/check.hpp"
#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Something outside core that must keep up with a registry even if listeners hang, such as the protocol of a service
/// manager.
class Follower {
 public:
  /// Called at the end of a transaction in which something that answers show has changed, or whose moment is the one
  /// that the last call returned, or a later one. The last call is made when the registry ends: its model is closed.
  ///
  /// The registry's lock is held: it must neither block nor call the registry.
  /// @param on_time  The registry's timer makes this call or, in a program without a Runner, run_due() does. If the
  ///                 timer is stuck, calls come from other threads only.
  /// @returns The moment to call it again.
  [[nodiscard]] virtual SteadyTime follow(const RegistryState& state, const Moment& now, bool on_time) noexcept
      VITALS_REQUIRES(state.mutex) = 0;

 protected:
  ~Follower() = default;
};

/// Calls the follower at once, and then until remove_follower().
void add_follower(RegistryState& state, const std::shared_ptr<Follower>& follower);
/// When this returns, the follower isn't being called, and never will be. Does nothing if it isn't there.
void remove_follower(RegistryState& state, const Follower& follower) noexcept;
/// Calls the followers.
void call_followers(RegistryState& state) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
