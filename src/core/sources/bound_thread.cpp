#include "core/sources/bound_thread.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "core/base/text.hpp"
#include "core/base/thread_files.hpp"
#include "core/sources/heartbeat_source.hpp"
#include "core/state/thread_looks.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Duration until_first(Duration limit) noexcept { return limit - std::min<Duration>(limit / 2, 5s); }
Duration until_second(Duration limit) noexcept { return limit - std::min<Duration>(limit / 8, 500ms); }

}  // namespace

SteadyTime next_look(SteadyTime quiet_since, Duration limit, SteadyTime last) noexcept {
  const auto first = quiet_since + until_first(limit);
  const auto second = quiet_since + until_second(limit);
  if (last < first) return first;
  return last < second ? second : last + look_interval(limit);
}

bool is_recent(SteadyTime look, SteadyTime quiet_since, Duration limit) noexcept {
  return look >= quiet_since + until_first(limit);
}

BoundThread::BoundThread(Duration limit) : limit_{limit} { process_.claim(); }

void BoundThread::look(SteadyTime quiet_since, SteadyTime now) noexcept {
  if (in_another_process()) return;
  const std::unique_lock lock{look_mutex_, std::try_to_lock};
  if (!lock.owns_lock()) return;  // another registry looks
  if (now < next_look(quiet_since, limit_, looked())) return;
  try {
    store(see(is_recent(looked(), quiet_since, limit_)), now);
  } catch (const std::bad_alloc&) {
    store({}, now);
  }
}

auto BoundThread::see(bool again) -> Seen {
  const auto whereabouts = find(again);
  if (!whereabouts) return {};
  auto words = words_for(*whereabouts);
  auto failure = CheckResult::fail("silent for longer than " + spoken(limit_) + ": " + words);
  add_data(failure, *whereabouts);
  return {std::make_shared<const CheckResult>(std::move(failure)), std::move(words)};
}

void BoundThread::store(Seen seen, SteadyTime looked) noexcept {
  const std::lock_guard lock{seen_mutex_};
  std::swap(seen_, seen);
  looked_.store(looked.time_since_epoch().count());
}

void BoundThread::add_to(InstantReading& reading, SteadyTime quiet_since) const noexcept {
  if (in_another_process()) return;  // the thread exists only in the parent
  reading.look_at_threads = &look_at_threads;
  const std::lock_guard lock{seen_mutex_};
  reading.look_again = std::min(reading.look_again, next_look(quiet_since, limit_, looked()));
  if (reading.result->status() != Status::fail || !seen_.failure) return;
  if (!is_recent(looked(), quiet_since, limit_)) return;
  reading.result = seen_.failure;
  reading.by_library = false;  // names and numbers of the application's threads aren't for everybody
}

std::string BoundThread::words(SteadyTime quiet_since) const {
  if (in_another_process()) return {};
  const std::lock_guard lock{seen_mutex_};
  return is_recent(looked(), quiet_since, limit_) ? seen_.words : std::string{};
}

void BoundThread::bind_to_this_thread() {
  const auto thread = this_thread_number();
  auto facts = facts_of({.stat = read_thread_file(thread, "stat").text}, steady_clock::now());
  const std::lock_guard lock{look_mutex_};
  thread_ = thread;
  bound_.swap(facts);
  before_.reset();
  store({}, SteadyTime::min());
}

std::optional<Whereabouts> BoundThread::find(bool again) {
  if (!bound_) return std::nullopt;
  const auto stat = read_thread_file(thread_, "stat");
  const auto facts = facts_of({.stat = stat.text,
                               .schedstat = read_thread_file(thread_, "schedstat").text,
                               .syscall = read_thread_file(thread_, "syscall").text,
                               .wchan = read_thread_file(thread_, "wchan").text},
                              steady_clock::now());
  if (stat.gone || (facts && facts->started != bound_->started))
    return Whereabouts{.thread = thread_, .facts = {.name = bound_->name}};
  if (!facts) return std::nullopt;
  const auto before = std::exchange(before_, facts);
  return whereabouts_of(thread_, *facts, again && before ? &*before : nullptr);
}

// In a child of fork() another thread of the parent may have held a mutex of the old watch, so that one stays as it is.
void HeartbeatSource::bind_to_this_thread() {
  if (this_thread_number() == 0) return;
  auto* watch = watch_.load(std::memory_order_acquire);
  while (watch == nullptr || watch->in_another_process()) {
    auto made = std::make_unique<BoundThread>(limit_);
    if (!watch_.compare_exchange_strong(watch, made.get())) continue;
    auto* const mine = made.release();
    if (watch != nullptr) leak(std::shared_ptr<void>{watch, [](void*) {}});
    watch = mine;
  }
  watch->bind_to_this_thread();
  announce();
}

}  // namespace detail

void Heartbeat::bind_to_this_thread() const { source_->bind_to_this_thread(); }

}  // namespace vitals::inline v1
