#include <algorithm>
#include <string>
#include <utility>

#include "core/base/moments.hpp"
#include "core/base/text.hpp"
#include "core/sources/instant.hpp"

namespace vitals::inline v1 {
namespace detail {

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
  const SharedResult next = std::make_shared<const CheckResult>(std::move(result));
  while (!replace(next)) continue;
  announce();
}

bool PushedSource::replace(SharedResult next) {
  auto versions = this->versions();
  for (auto& version : versions) version.result = redacted(version.redactor, next);
  const std::lock_guard lock{result_mutex_};
  if (!std::ranges::equal(versions, versions_, {}, &Version::redactor, &Version::redactor)) return false;
  for (std::size_t i = 0; i < versions.size(); ++i) versions_[i].result.swap(versions[i].result);
  const auto now = steady_now();
  if (result_->status() != Status::fail)
    last_success_ = valid_for_ && set_at_ ? std::min(now, *set_at_ + *valid_for_) : now;
  result_.swap(next);
  set_at_ = now;
  set_at_wall_ = wall_now();
  return true;
}

PushedSource::Versions PushedSource::versions() const {
  const std::lock_guard lock{result_mutex_};
  return versions_;
}

void PushedSource::add_reader(const Redactor& redactor) {
  if (!redactor) return;
  for (;;) {
    const auto result = get();
    Version version{redactor, redacted(redactor, result), 1};
    const std::lock_guard lock{result_mutex_};
    if (const auto known = std::ranges::find(versions_, redactor, &Version::redactor); known != versions_.end()) {
      ++known->readers;
      return;
    }
    if (result_ != result) continue;
    versions_.push_back(std::move(version));
    return;
  }
}

void PushedSource::remove_reader(const Redactor& redactor) noexcept {
  const std::lock_guard lock{result_mutex_};
  const auto known = std::ranges::find(versions_, redactor, &Version::redactor);
  if (known != versions_.end() && --known->readers == 0) versions_.erase(known);
}

SharedResult PushedSource::get() const {
  const std::lock_guard lock{result_mutex_};
  return result_;
}

InstantReading PushedSource::read(SteadyTime since, SteadyTime now) const noexcept {
  return read_for(nullptr, since, now);
}

InstantReading PushedSource::read_for(const Redactor& redactor, SteadyTime since, SteadyTime now) const noexcept {
  const std::lock_guard lock{result_mutex_};
  const auto version = std::ranges::find(versions_, redactor, &Version::redactor);
  InstantReading reading{.result = version == versions_.end() ? result_ : version->result,
                         .last_success = last_success_,
                         .set_at = set_at_wall_};
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
