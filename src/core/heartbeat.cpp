#include <chrono>
#include <stdexcept>
#include <utility>

#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>

#include "core/heartbeat_source.hpp"
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

HeartbeatGroup::HeartbeatGroup(Duration limit, HeartbeatGroupOptions options)
    : source_{std::make_shared<detail::GroupSource>(detail::valid_heartbeat_limit(limit), options)} {}

Heartbeat HeartbeatGroup::add(std::string_view name) const {
  auto owner = std::make_shared<detail::HeartbeatOwner>(source_->limit());
  source_->add(name, owner->source);
  return Heartbeat{std::move(owner)};
}

void HeartbeatGroup::remove(const Heartbeat& worker) const noexcept { source_->remove(worker.owner_->source); }

std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept { return group.source_; }

}  // namespace vitals::inline v1
