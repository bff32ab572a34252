#include "core/heartbeat_source.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/moments.hpp"
#include "core/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

struct HeartbeatOwner {
  explicit HeartbeatOwner(Duration limit) : source{std::make_shared<HeartbeatSource>(limit)} {}
  HeartbeatOwner(const HeartbeatOwner&) = delete;
  HeartbeatOwner& operator=(const HeartbeatOwner&) = delete;
  ~HeartbeatOwner() { source->orphan(); }

  std::shared_ptr<HeartbeatSource> source;
};

/// How often it is looked whether somebody who is silent beats again.
Duration look_interval(Duration limit) { return std::clamp<Duration>(limit / 4, 50ms, 1s); }

}  // namespace

std::shared_ptr<HeartbeatSource> owned_heartbeat(Duration limit) {
  auto owner = std::make_shared<HeartbeatOwner>(limit);
  auto* source = owner->source.get();
  return {std::move(owner), source};
}

void HeartbeatSource::bound(SteadyTime, bool foreign) noexcept {
  if (!foreign) return;
  foreign_.store(true, std::memory_order_release);
  last_beat_.store(never, std::memory_order_relaxed);
}

void HeartbeatSource::end_idle() noexcept {
  beat();  // first, so that no reader finds it neither idle nor beating
  idle_.fetch_sub(1, std::memory_order_release);
}

void HeartbeatSource::orphan() noexcept {
  orphaned_at_.store(steady_now().time_since_epoch().count(), std::memory_order_relaxed);
  announce();
}

SteadyTime HeartbeatSource::last_beat() const noexcept {
  const SteadyTime stamp{Duration{last_beat_.load(std::memory_order_relaxed)}};
  return foreign_.load(std::memory_order_relaxed) ? stamp : stamp + coarse_lag();
}

SteadyTime HeartbeatSource::end_of_limit(SteadyTime since) const noexcept {
  const SteadyTime granted_at{Duration{granted_at_.load(std::memory_order_relaxed)}};
  return std::max({last_beat(), since, granted_at}) + limit_;
}

InstantReading HeartbeatSource::read(SteadyTime since, SteadyTime now) const {
  const bool idle = idle_.load(std::memory_order_acquire) > 0;  // before the beat that ends it
  const auto end = end_of_limit(since);
  if (const auto orphaned_at = orphaned_at_.load(std::memory_order_relaxed); orphaned_at != never)
    return {.result = CheckResult::fail("silent: nobody is left to beat"),
            .last_success = std::min(end, SteadyTime{Duration{orphaned_at}})};
  if (idle)
    return {
        .result = CheckResult::pass(), .last_success = now, .valid_until = now + limit_, .look_again = now + limit_};
  if (now <= end)
    return {.result = CheckResult::pass(),
            .last_success = now,
            .valid_until = just_after(end),
            .look_again = just_after(end)};
  return {.result = CheckResult::fail("silent for longer than " + spoken(limit_)),
          .last_success = end,
          .valid_until = now,
          .look_again = now + look_interval(limit_)};
}

void HeartbeatSource::pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept {
  const std::lock_guard lock{gap_mutex_};
  const SteadyTime granted_at{Duration{granted_at_.load(std::memory_order_relaxed)}};
  if (granted_at > began) return;  // another registry has told of the same gap
  if (end_of_limit(since) < began && idle_.load(std::memory_order_acquire) == 0) return;
  const auto beat = last_beat_.load(std::memory_order_relaxed);
  if (std::exchange(beat_before_gap_, beat) != beat) gaps_ = 0;
  if (++gaps_ <= most_gaps) granted_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

void GroupSource::add(std::string_view name, const std::shared_ptr<HeartbeatSource>& worker) {
  {
    const std::lock_guard lock{workers_mutex_};
    const auto id = ++joined_;
    auto text = safe_text(name, CheckResult::max_text);
    if (text.empty()) text = "worker " + std::to_string(id);
    const auto clock = this->clock();
    if (clock) worker->bind(*clock, text);
    worker->watch(weak_from_this(), id);
    workers_.push_back({id, std::move(text), worker, clock.value_or(Clock{}).steady_now()});
  }
  announce();
}

void GroupSource::remove(const std::shared_ptr<HeartbeatSource>& worker) noexcept {
  {
    const std::lock_guard lock{workers_mutex_};
    const auto found =
        std::find_if(workers_.begin(), workers_.end(), [&](const Worker& each) { return each.source == worker; });
    if (found == workers_.end()) return;
    worker->unwatch(found->id, this);
    workers_.erase(found);
    if (workers_.empty()) emptied_at_ = steady_now();
  }
  announce();
}

void GroupSource::bind(const Clock& clock, std::string_view check) {
  const std::lock_guard lock{workers_mutex_};
  for (const auto& worker : workers_) worker.source->bind(clock, check);
  InstantSource::bind(clock, check);
}

// Called by bind(). Moments from before are by another clock; the registration counts from now on.
void GroupSource::bound(SteadyTime now, bool foreign) noexcept {
  if (!foreign) return;
  for (auto& worker : workers_) worker.joined = now;
  emptied_at_ = SteadyTime::min();
}

void GroupSource::instant_changed(std::uint64_t) noexcept { announce(); }

InstantReading GroupSource::read(SteadyTime since, SteadyTime now) const {
  const std::lock_guard lock{workers_mutex_};
  if (workers_.empty()) return read_empty(since, now);
  InstantReading reading;
  std::vector<const Worker*> silent;
  auto first_silence = SteadyTime::max();
  auto last_sign = SteadyTime::min();
  for (const auto& worker : workers_) {
    const auto of_worker = worker.source->read(std::max(since, worker.joined), now);
    reading.valid_until = std::min(reading.valid_until, of_worker.valid_until);
    reading.look_again = std::min(reading.look_again, of_worker.look_again);
    first_silence = std::min(first_silence, of_worker.last_success.value_or(now));
    last_sign = std::max(last_sign, of_worker.last_success.value_or(now));
    if (of_worker.result.status() == Status::fail) silent.push_back(&worker);
  }
  reading.result = result_of(silent);
  reading.last_success = options_.fails_when == FailsWhen::any_silent ? first_silence : last_sign;
  return reading;
}

// Nobody has come yet, or all have left: for a while that is no silence.
InstantReading GroupSource::read_empty(SteadyTime since, SteadyTime now) const {
  const auto end = std::max(since, emptied_at_) + limit_;
  InstantReading reading{.result = now > end ? CheckResult::fail("no worker") : CheckResult::pass(),
                         .last_success = std::min(now, end)};
  if (now <= end) reading.valid_until = reading.look_again = just_after(end);
  reading.result.with("workers", 0).with("silent", 0);
  return reading;
}

CheckResult GroupSource::result_of(const std::vector<const Worker*>& silent) const {
  const bool fails = options_.fails_when == FailsWhen::any_silent ? !silent.empty() : silent.size() == workers_.size();
  auto result = fails ? CheckResult::fail(message_of(silent)) : CheckResult::pass();
  return std::move(result).with("workers", workers_.size()).with("silent", silent.size());
}

std::string GroupSource::message_of(const std::vector<const Worker*>& silent) const {
  std::string quiet;
  std::string gone;
  for (const auto* worker : silent) {
    auto& names = worker->source->orphaned() ? gone : quiet;
    names += (names.empty() ? "" : ", ") + worker->name;
  }
  auto message = std::to_string(silent.size()) + " of " + std::to_string(workers_.size()) + " silent";
  if (!quiet.empty()) message += " for longer than " + spoken(limit_) + ": " + quiet;
  if (!gone.empty()) message += (quiet.empty() ? ", gone: " : "; gone: ") + gone;
  return message;
}

void GroupSource::pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept {
  const std::lock_guard lock{workers_mutex_};
  for (const auto& worker : workers_) worker.source->pass_gap(std::max(since, worker.joined), began, now);
  if (workers_.empty() && std::max(since, emptied_at_) + limit_ >= began) emptied_at_ = now;
}

}  // namespace detail
}  // namespace vitals::inline v1
