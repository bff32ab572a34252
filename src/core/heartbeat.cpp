#include <chrono>
#include <stdexcept>
#include <utility>

#include <vitals/heartbeat.hpp>

#include "core/instant.hpp"
#include "core/options.hpp"

namespace vitals::inline v1 {

HeartbeatIdle::HeartbeatIdle(std::shared_ptr<detail::HeartbeatOwner> owner) noexcept : owner_{std::move(owner)} {
  owner_->source->begin_idle();
}

HeartbeatIdle& HeartbeatIdle::operator=(HeartbeatIdle&& other) noexcept {
  if (this != &other) {
    end();
    owner_ = std::move(other.owner_);
  }
  return *this;
}

HeartbeatIdle::~HeartbeatIdle() { end(); }

void HeartbeatIdle::end() noexcept {
  if (const auto owner = std::exchange(owner_, nullptr)) owner->source->end_idle();
}

Heartbeat::Heartbeat(Duration limit)
    : owner_{std::make_shared<detail::HeartbeatOwner>(detail::valid_heartbeat_limit(limit))} {}

void Heartbeat::beat() const noexcept { owner_->source->beat(); }

HeartbeatIdle Heartbeat::idle() const noexcept { return HeartbeatIdle{owner_}; }

Duration Heartbeat::limit() const noexcept { return owner_->source->limit(); }

std::shared_ptr<detail::InstantSource> instant_source(const Heartbeat& heartbeat) noexcept {
  return heartbeat.owner_->source;
}

}  // namespace vitals::inline v1
