#include "core/sources/instant.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

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

void InstantSource::look(SteadyTime, SteadyTime) noexcept {}
void InstantSource::pass_gap(SteadyTime, SteadyTime, SteadyTime) noexcept {}

InstantReading InstantSource::read_for(const Redactor&, SteadyTime since, SteadyTime now) const noexcept {
  return read(since, now);
}
void InstantSource::add_reader(const Redactor&) {}
void InstantSource::remove_reader(const Redactor&) noexcept {}

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

}  // namespace detail
}  // namespace vitals::inline v1
