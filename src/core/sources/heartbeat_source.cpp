#include "core/sources/heartbeat_source.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "core/base/moments.hpp"
#include "core/base/secrets.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

struct HeartbeatOwner {
  explicit HeartbeatOwner(Duration limit) : source{std::make_shared<HeartbeatSource>(limit)} {}
  HeartbeatOwner(const HeartbeatOwner&) = delete;
  HeartbeatOwner& operator=(const HeartbeatOwner&) = delete;
  ~HeartbeatOwner() { source->orphan(); }

  std::shared_ptr<HeartbeatSource> source;
};

/// Results that are the same for every heartbeat.
const SharedResult& alive() {
  static const SharedResult result = std::make_shared<const CheckResult>(CheckResult::pass());
  return result;
}
const SharedResult& orphaned_result() {
  static const SharedResult result =
      std::make_shared<const CheckResult>(CheckResult::fail("silent: the last copy of its Heartbeat was destroyed"));
  return result;
}

}  // namespace

HeartbeatSource::HeartbeatSource(Duration limit)
    : InstantSource{"a Heartbeat"},
      limit_{limit},
      silent_{std::make_shared<const CheckResult>(CheckResult::fail("silent for longer than " + spoken(limit)))} {
  alive();
  orphaned_result();
}

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

InstantReading HeartbeatSource::read(SteadyTime since, SteadyTime now) const noexcept {
  auto reading = read_beats(since, now);
  const auto* const watch = watch_.load(std::memory_order_acquire);
  if (watch == nullptr || orphaned()) return reading;
  const bool is_idle = idle_.load(std::memory_order_relaxed) > 0;
  watch->add_to(reading, is_idle ? now : end_of_limit(since) - limit_);
  return reading;
}

InstantReading HeartbeatSource::read_beats(SteadyTime since, SteadyTime now) const noexcept {
  const bool idle = idle_.load(std::memory_order_acquire) > 0;  // read before the last beat: end_idle() beats first
  const auto end = end_of_limit(since);
  if (const auto orphaned_at = orphaned_at_.load(std::memory_order_relaxed); orphaned_at != never)
    return {.result = orphaned_result(),
            .by_library = true,
            .last_success = std::min(end, SteadyTime{Duration{orphaned_at}})};
  if (idle) return {.result = alive(), .last_success = now, .valid_until = now + limit_, .look_again = now + limit_};
  if (now <= end)
    return {.result = alive(), .last_success = now, .valid_until = just_after(end), .look_again = just_after(end)};
  return {.result = silent_,
          .by_library = true,
          .last_success = end,
          .valid_until = now,
          .look_again = now + look_interval(limit_)};
}

void HeartbeatSource::look(SteadyTime since, SteadyTime now) noexcept {
  auto* const watch = watch_.load(std::memory_order_acquire);
  if (watch == nullptr || orphaned() || idle_.load(std::memory_order_acquire) > 0) return;
  watch->look(end_of_limit(since) - limit_, now);
}

std::string HeartbeatSource::whereabouts(SteadyTime since) const {
  const auto* const watch = watch_.load(std::memory_order_acquire);
  return watch == nullptr || orphaned() ? std::string{} : watch->words(end_of_limit(since) - limit_);
}

void HeartbeatSource::pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept {
  const std::lock_guard lock{gap_mutex_};
  const SteadyTime granted_at{Duration{granted_at_.load(std::memory_order_relaxed)}};
  if (granted_at > began) return;  // another registry has reported the same gap
  if (end_of_limit(since) < began && idle_.load(std::memory_order_acquire) == 0) return;
  const auto beat = last_beat_.load(std::memory_order_relaxed);
  if (std::exchange(beat_before_gap_, beat) != beat) gaps_ = 0;
  if (++gaps_ <= most_gaps) granted_at_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

GroupSource::GroupSource(Duration limit, HeartbeatGroupOptions options)
    : InstantSource{"a HeartbeatGroup"},
      limit_{limit},
      options_{options},
      silent_{std::make_shared<const CheckResult>(CheckResult::fail("silent for longer than " + spoken(limit)))} {}

void GroupSource::add(std::string_view name, const std::shared_ptr<HeartbeatSource>& worker) {
  {
    const std::lock_guard lock{workers_mutex_};
    auto text = clean_text(name, CheckResult::max_text);
    if (text.empty()) text = "worker " + std::to_string(joined_ + 1);
    const auto clock = this->clock();
    if (clock) worker->bind(*clock, text);
    workers_.push_back({std::move(text), worker, clock.value_or(Clock{}).steady_now()});
    try {
      worker->watch(shared_from_this());
    } catch (...) {
      workers_.pop_back();
      throw;
    }
    ++joined_;
  }
  announce();
}

void GroupSource::remove(const std::shared_ptr<HeartbeatSource>& worker) noexcept {
  {
    const std::lock_guard lock{workers_mutex_};
    const auto found =
        std::find_if(workers_.begin(), workers_.end(), [&](const Worker& each) { return each.source == worker; });
    if (found == workers_.end()) return;
    worker->unwatch(*this);
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

// Called by bind(). Earlier moments are by another clock; limits count from the registration now.
void GroupSource::bound(SteadyTime now, bool foreign) noexcept {
  if (!foreign) return;
  for (auto& worker : workers_) worker.joined = now;
  emptied_at_ = SteadyTime::min();
}

void GroupSource::instant_changed(const InstantSource&) noexcept { announce(); }

// A silent worker may beat at any moment, without an announcement. Where that can't change the status, it is enough to
// correct the number of silent workers soon.
InstantReading GroupSource::read(SteadyTime since, SteadyTime now) const noexcept {
  const std::lock_guard lock{workers_mutex_};
  if (workers_.empty()) return read_empty(since, now);
  InstantReading reading;
  std::size_t silent = 0;
  auto silent_until = SteadyTime::max();
  auto silent_look = SteadyTime::max();
  auto first_silence = SteadyTime::max();
  auto last_sign = SteadyTime::min();
  for (const auto& worker : workers_) {
    const auto of_worker = worker.source->read(std::max(since, worker.joined), now);
    const bool fails = of_worker.result->status() == Status::fail;
    auto& until = fails ? silent_until : reading.valid_until;
    auto& look = fails ? silent_look : reading.look_again;
    if (of_worker.look_at_threads != nullptr) reading.look_at_threads = of_worker.look_at_threads;
    until = std::min(until, of_worker.valid_until);
    look = std::min(look, of_worker.look_again);
    first_silence = std::min(first_silence, of_worker.last_success.value_or(now));
    last_sign = std::max(last_sign, of_worker.last_success.value_or(now));
    if (fails) ++silent;
  }
  reading.result = result_of(silent, since, now);
  reading.last_success = options_.fails_when == FailsWhen::any_silent ? first_silence : last_sign;
  reading.look_again = std::min(reading.look_again, silent_look);
  reading.valid_until = std::min(reading.valid_until, fails_with(silent) ? silent_until : silent_look);
  return reading;
}

// With no worker yet, or none any more, the group passes for the length of the limit.
InstantReading GroupSource::read_empty(SteadyTime since, SteadyTime now) const noexcept {
  const auto end = std::max(since, emptied_at_) + limit_;
  InstantReading reading{.result = silent_, .last_success = std::min(now, end)};
  if (now <= end) {
    reading.result = alive();
    reading.valid_until = reading.look_again = just_after(end);
  }
  try {
    auto result = now > end ? CheckResult::fail("no worker") : CheckResult::pass();
    reading.result = std::make_shared<const CheckResult>(std::move(result).with("workers", 0).with("silent", 0));
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
    // Out of memory: the status is right, only the details are missing.
  }
  return reading;
}

bool GroupSource::fails_with(std::size_t silent) const noexcept {
  return options_.fails_when == FailsWhen::any_silent ? silent > 0 : silent == workers_.size();
}

SharedResult GroupSource::result_of(std::size_t silent, SteadyTime since, SteadyTime now) const noexcept {
  const bool fails = fails_with(silent);
  try {
    auto result = fails ? CheckResult::fail(message_of(silent, since, now)) : CheckResult::pass();
    return std::make_shared<const CheckResult>(
        std::move(result).with("workers", workers_.size()).with("silent", silent));
  } catch (const std::bad_alloc&) {
    return fails ? silent_ : alive();
  }
}

std::string GroupSource::message_of(std::size_t silent, SteadyTime since, SteadyTime now) const {
  std::string quiet;
  std::string gone;
  for (const auto& worker : workers_) {
    const auto counted_from = std::max(since, worker.joined);
    if (worker.source->read(counted_from, now).result->status() != Status::fail) continue;
    auto& names = worker.source->orphaned() ? gone : quiet;
    names += (names.empty() ? "" : ", ") + worker.name;
    if (const auto where = worker.source->whereabouts(counted_from); !where.empty()) names += " (" + where + ")";
  }
  auto message = std::to_string(silent) + " of " + std::to_string(workers_.size()) + " silent";
  if (!quiet.empty()) message += " for longer than " + spoken(limit_) + ": " + quiet;
  if (!gone.empty()) message += (quiet.empty() ? ", gone: " : "; gone: ") + gone;
  return message;
}

// Without its mutex while a worker's thread is looked at: read() takes it under the registry's.
void GroupSource::look(SteadyTime since, SteadyTime now) noexcept {
  for (std::size_t i = 0;; ++i) {
    std::unique_lock lock{workers_mutex_};
    if (i >= workers_.size()) return;
    const auto source = workers_[i].source;
    const auto counted_from = std::max(since, workers_[i].joined);
    lock.unlock();
    source->look(counted_from, now);
  }
}

void GroupSource::pass_gap(SteadyTime since, SteadyTime began, SteadyTime now) noexcept {
  const std::lock_guard lock{workers_mutex_};
  for (const auto& worker : workers_) worker.source->pass_gap(std::max(since, worker.joined), began, now);
  if (workers_.empty() && std::max(since, emptied_at_) + limit_ >= began) emptied_at_ = now;
}

}  // namespace detail
}  // namespace vitals::inline v1
