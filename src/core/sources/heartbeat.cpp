#include <chrono>
#include <stdexcept>
#include <utility>

#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>

#include "core/options.hpp"
#include "core/sources/heartbeat_source.hpp"

namespace vitals::inline v1 {

HeartbeatIdle::HeartbeatIdle(std::shared_ptr<detail::HeartbeatSource> source) noexcept : source_{std::move(source)} {
  source_->begin_idle();
}

HeartbeatIdle::HeartbeatIdle(HeartbeatIdle&& other) noexcept = default;

HeartbeatIdle& HeartbeatIdle::operator=(HeartbeatIdle&& other) noexcept {
  if (this != &other) {
    end();
    source_ = std::move(other.source_);
  }
  return *this;
}

HeartbeatIdle::~HeartbeatIdle() { end(); }

void HeartbeatIdle::end() noexcept {
  if (const auto source = std::exchange(source_, nullptr)) source->end_idle();
}

Heartbeat::Heartbeat(std::shared_ptr<detail::HeartbeatSource> source) noexcept : source_{std::move(source)} {}

Heartbeat::Heartbeat(Duration limit) : source_{detail::owned_heartbeat(detail::valid_heartbeat_limit(limit))} {}

void Heartbeat::beat() const noexcept { source_->beat(); }

HeartbeatIdle Heartbeat::idle() const noexcept { return HeartbeatIdle{source_}; }

Duration Heartbeat::limit() const noexcept { return source_->limit(); }

std::shared_ptr<detail::InstantSource> instant_source(const Heartbeat& heartbeat) noexcept {
  return heartbeat.source_->shared_from_this();
}

HeartbeatGroup::HeartbeatGroup(Duration limit, HeartbeatGroupOptions options)
    : source_{std::make_shared<detail::GroupSource>(detail::valid_heartbeat_limit(limit), options)} {}

Heartbeat HeartbeatGroup::add(Text name) const {
  auto worker = detail::owned_heartbeat(source_->limit());
  source_->add(name, worker->shared_from_this());
  return Heartbeat{std::move(worker)};
}

void HeartbeatGroup::remove(const Heartbeat& worker) const noexcept { source_->remove(worker.source_); }

std::shared_ptr<detail::InstantSource> instant_source(const HeartbeatGroup& group) noexcept { return group.source_; }

}  // namespace vitals::inline v1
