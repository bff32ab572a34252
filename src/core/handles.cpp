#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <vitals/handles.hpp>
#include <vitals/process_owner.hpp>

#include "core/state/checks.hpp"
#include "core/state/listeners.hpp"

namespace vitals::inline v1 {

CheckHandle::CheckHandle() noexcept = default;
CheckHandle::CheckHandle(std::weak_ptr<detail::RegistryState> state, std::uint64_t id, std::string name) noexcept
    : state_{std::move(state)}, id_{id}, name_{std::move(name)} {}

void CheckHandle::remove() const noexcept {
  if (const auto state = state_.lock()) detail::remove(*state, id_, false);
}

void CheckHandle::remove_and_wait() const noexcept {
  if (const auto state = state_.lock()) detail::remove(*state, id_, true);
}

ScopedCheck::ScopedCheck() noexcept = default;
ScopedCheck::ScopedCheck(CheckHandle handle) noexcept : handle_{std::move(handle)} {}
ScopedCheck::ScopedCheck(ScopedCheck&& other) noexcept : handle_{other.release()} {}

ScopedCheck& ScopedCheck::operator=(ScopedCheck&& other) noexcept {
  if (this != &other) {
    reset();
    handle_ = std::exchange(other.handle_, {});
  }
  return *this;
}

ScopedCheck::~ScopedCheck() { reset(); }

void ScopedCheck::reset() noexcept { release().remove_and_wait(); }

CheckHandle ScopedCheck::release() noexcept { return std::exchange(handle_, {}); }

Subscription::Subscription() noexcept = default;
Subscription::Subscription(Subscription&& other) noexcept = default;
Subscription::Subscription(std::weak_ptr<detail::RegistryState> state,
                           std::shared_ptr<detail::Listener> listener) noexcept
    : state_{std::move(state)}, listener_{std::move(listener)} {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    reset();
    state_ = std::exchange(other.state_, {});
    listener_ = std::exchange(other.listener_, nullptr);
  }
  return *this;
}

Subscription::~Subscription() { reset(); }

void Subscription::reset() noexcept {
  detail::end_subscription(std::exchange(state_, {}), std::exchange(listener_, nullptr));
}

}  // namespace vitals::inline v1
