#include <algorithm>

#include "core/state/follower.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

void add_follower(RegistryState& state, const std::shared_ptr<Follower>& follower) {
  Transaction transaction{state};
  if (state.model.closed()) return;
  state.followers.push_back(follower);
  state.follow_at = SteadyTime::min();
  transaction.settle();
}

void remove_follower(RegistryState& state, const Follower& follower) noexcept {
  Transaction transaction{state};
  std::erase_if(state.followers, [&](const auto& each) { return each.get() == &follower; });
  transaction.settle();
}

void call_followers(RegistryState& state) noexcept {
  Transaction transaction{state};
  state.follow_at = SteadyTime::min();
  transaction.settle();
}

}  // namespace detail
}  // namespace vitals::inline v1
