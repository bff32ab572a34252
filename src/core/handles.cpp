#include <utility>

#include <vitals/handles.hpp>

#include "core/registry_state.hpp"

namespace vitals::inline v1 {

void CheckHandle::remove() const noexcept {
  if (const auto state = state_.lock()) state->remove(id_, false);
}

void CheckHandle::remove_and_wait() const noexcept {
  if (const auto state = state_.lock()) state->remove(id_, true);
}

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
  const auto listener = std::exchange(listener_, nullptr);
  if (const auto state = std::exchange(state_, {}).lock(); state && listener) state->unsubscribe(listener);
}

}  // namespace vitals::inline v1
