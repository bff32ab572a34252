#include "core/sources/instant.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/base/moments.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {

void InstantSource::bind(const Clock& clock, std::string_view check) {
  const std::lock_guard lock{mutex_};
  if (clock_ && *clock_ != clock)
    throw std::invalid_argument{"vitals: check \"" + std::string{check} + "\": " + kind_ +
                                " uses one clock, and this one is already registered with another"};
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

void InstantSource::watch(const std::shared_ptr<InstantWatcher>& watcher) {
  const std::lock_guard lock{mutex_};
  auto watchers = watchers_ ? *watchers_ : Watchers{};
  const auto is_same = [&](const Watcher& known) { return known.watcher.lock() == watcher; };
  if (const auto known = std::ranges::find_if(watchers, is_same); known != watchers.end())
    ++known->count;
  else
    watchers.push_back({watcher, 1});
  watchers_ = std::make_shared<const Watchers>(std::move(watchers));
}

void InstantSource::unwatch(const InstantWatcher& watcher) noexcept {
  const std::lock_guard lock{mutex_};
  if (!watchers_) return;
  try {
    auto watchers = *watchers_;
    std::erase_if(watchers, [&](Watcher& known) {
      const auto alive = known.watcher.lock();
      return !alive || (alive.get() == &watcher && --known.count == 0);
    });
    watchers_ = watchers.empty() ? nullptr : std::make_shared<const Watchers>(std::move(watchers));
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
    // Out of memory: the watcher stays, and more notifications do it no harm.
  }
}

void InstantSource::announce() noexcept {
  std::shared_ptr<const Watchers> watchers;
  {
    const std::lock_guard lock{mutex_};
    watchers = watchers_;
  }
  if (!watchers) return;
  for (const auto& known : *watchers)
    if (const auto watcher = known.watcher.lock()) watcher->instant_changed(*this);
}

SteadyTime InstantSource::steady_now() const noexcept {
  const auto* clock = bound_.load(std::memory_order_acquire);
  return clock ? clock->steady_now() : Clock{}.steady_now();
}

WallTime InstantSource::wall_now() const noexcept {
  const auto* clock = bound_.load(std::memory_order_acquire);
  return clock ? clock->wall_now() : Clock{}.wall_now();
}

PushedSource::PushedSource(CheckResult initial, PushedCheckOptions options)
    : InstantSource{"a PushedCheck"},
      valid_for_{options.valid_for},
      stale_{valid_for_ ? std::make_shared<const CheckResult>(
                              CheckResult::fail("stale: not set within " + spoken(*valid_for_)))
                        : nullptr},
      result_{std::make_shared<const CheckResult>(std::move(initial))} {}

void PushedSource::bound(SteadyTime now, bool foreign) noexcept {
  const std::lock_guard lock{result_mutex_};
  if (!set_at_ || foreign) set_at_ = now;
  if (foreign) last_success_.reset();
}

void PushedSource::set(CheckResult result) {
  auto next = std::make_shared<const CheckResult>(std::move(result));
  {
    const std::lock_guard lock{result_mutex_};
    const auto now = steady_now();
    if (result_->status() != Status::fail)
      last_success_ = valid_for_ && set_at_ ? std::min(now, *set_at_ + *valid_for_) : now;
    result_.swap(next);
    set_at_ = now;
    set_at_wall_ = wall_now();
  }
  announce();
}

CheckResult PushedSource::get() const {
  const std::lock_guard lock{result_mutex_};
  return *result_;
}

InstantReading PushedSource::read(SteadyTime since, SteadyTime now) const noexcept {
  const std::lock_guard lock{result_mutex_};
  InstantReading reading{.result = result_, .last_success = last_success_, .set_at = set_at_wall_};
  if (result_->status() != Status::fail) reading.last_success = now;
  if (!valid_for_) return reading;

  const auto end = set_at_.value_or(since) + *valid_for_;
  if (now <= end) {
    reading.valid_until = reading.look_again = just_after(end);
    return reading;
  }
  reading.stale = true;
  if (result_->status() != Status::fail) reading.last_success = end;
  reading.result = stale_;
  reading.by_library = true;
  return reading;
}

}  // namespace detail
}  // namespace vitals::inline v1
