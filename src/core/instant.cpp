#include "core/instant.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/moments.hpp"
#include "core/text.hpp"

namespace vitals::inline v1 {
namespace detail {

void InstantSource::bind(const Clock& clock, std::string_view check) {
  const std::lock_guard lock{mutex_};
  if (clock_ && *clock_ != clock)
    throw std::invalid_argument{"vitals: check \"" + std::string{check} + "\": " + kind_ +
                                " goes by one clock, and this one is registered where there is another"};
  if (clock_) return;
  clock_ = clock;
  bound_.store(&*clock_, std::memory_order_release);
  bound(clock.steady_now(), clock != Clock{});
}

void InstantSource::pass_gap(SteadyTime, SteadyTime, SteadyTime) noexcept {}

std::optional<Clock> InstantSource::clock() const {
  const std::lock_guard lock{mutex_};
  return clock_;
}

void InstantSource::watch(std::weak_ptr<InstantWatcher> watcher, std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  watches_.push_back({std::move(watcher), id});
}

void InstantSource::unwatch(std::uint64_t id, const InstantWatcher* watcher) noexcept {
  const std::lock_guard lock{mutex_};
  std::erase_if(watches_, [&](const Watch& watch) {
    const auto alive = watch.watcher.lock();
    return !alive || (watch.id == id && alive.get() == watcher);
  });
}

void InstantSource::announce() noexcept {
  std::vector<Watch> watches;
  {
    const std::lock_guard lock{mutex_};
    watches = watches_;
  }
  for (const auto& watch : watches)
    if (const auto watcher = watch.watcher.lock()) watcher->instant_changed(watch.id);
}

SteadyTime InstantSource::steady_now() const noexcept {
  const auto* clock = bound_.load(std::memory_order_acquire);
  return clock ? clock->steady_now() : Clock{}.steady_now();
}

WallTime InstantSource::wall_now() const noexcept {
  const auto* clock = bound_.load(std::memory_order_acquire);
  return clock ? clock->wall_now() : Clock{}.wall_now();
}

FlagSource::FlagSource(CheckResult initial, StatusFlagOptions options)
    : InstantSource{"a StatusFlag"}, valid_for_{options.valid_for}, result_{std::move(initial)} {}

void FlagSource::bound(SteadyTime now, bool foreign) noexcept {
  const std::lock_guard lock{result_mutex_};
  if (!set_at_ || foreign) set_at_ = now;
  if (foreign) last_success_.reset();
}

void FlagSource::set(CheckResult result) {
  {
    const std::lock_guard lock{result_mutex_};
    const auto now = steady_now();
    if (result_.status() != Status::fail)
      last_success_ = valid_for_ && set_at_ ? std::min(now, *set_at_ + *valid_for_) : now;
    result_ = std::move(result);
    set_at_ = now;
    set_at_wall_ = wall_now();
  }
  announce();
}

CheckResult FlagSource::get() const {
  const std::lock_guard lock{result_mutex_};
  return result_;
}

InstantReading FlagSource::read(SteadyTime since, SteadyTime now) const {
  const std::lock_guard lock{result_mutex_};
  InstantReading reading{.result = result_, .last_success = last_success_, .set_at = set_at_wall_};
  if (result_.status() != Status::fail) reading.last_success = now;
  if (!valid_for_) return reading;

  const auto end = set_at_.value_or(since) + *valid_for_;
  if (now <= end) {
    reading.valid_until = reading.look_again = just_after(end);
    return reading;
  }
  reading.stale = true;
  reading.result = CheckResult::fail("stale: not set within " + spoken(*valid_for_));
  if (result_.status() != Status::fail) reading.last_success = end;
  return reading;
}

}  // namespace detail
}  // namespace vitals::inline v1
