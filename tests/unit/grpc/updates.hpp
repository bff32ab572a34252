#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/state/follower.hpp"
#include "grpc/services.hpp"

namespace vitals_test {

/// Keeps services up to date, as GrpcHealth does.
class Updates final : public vitals::detail::Follower {
 public:
  explicit Updates(std::vector<vitals::GrpcHealthName> names) : services{std::move(names)} {}

  vitals::detail::Services services;
  int changes = 0;
  std::function<void()> on_change = [] {};  ///< Called with the registry's lock held.

 private:
  vitals::SteadyTime follow(const vitals::detail::RegistryState& state, const vitals::detail::Moment& now,
                            bool) noexcept override {
    state.mutex.is_held();
    if (services.update(state.model, now.steady)) ++changes, on_change();
    return vitals::SteadyTime::max();
  }
};

}  // namespace vitals_test
