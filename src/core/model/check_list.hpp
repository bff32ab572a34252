#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/model/check.hpp"
#include "core/model/probe_set.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The registered checks: by id, by name, by due time, and the list of touched ones. Only add() allocates.
class CheckList {
 public:
  using Checks = std::map<std::uint64_t, std::shared_ptr<Check>>;

  /// @throws std::bad_alloc  Nothing has changed then.
  void add(const std::shared_ptr<Check>& check);
  /// Removes the check from every index. The node can go into another map without allocating; it is empty if there is
  /// no such check.
  Checks::node_type remove(std::uint64_t id) noexcept;
  void clear() noexcept;

  [[nodiscard]] const Checks& all() const noexcept { return checks_; }
  [[nodiscard]] std::uint64_t next_id() const noexcept { return last_id_ + 1; }
  /// Null if there is none of that name.
  [[nodiscard]] Check* find(std::string_view name) const noexcept;
  /// How many checks aren't instant.
  [[nodiscard]] std::size_t scheduled() const noexcept { return scheduled_; }

  /// Marks the check as changed: take_touched() returns it.
  void touch(Check& check) noexcept;
  void touch_all() noexcept;
  void touch_expired(SteadyTime now) noexcept;
  /// Touches at most `most` of the checks that the timer must settle by now.
  void touch_due(SteadyTime now, std::size_t most) noexcept;
  /// The checks touched since the last call, in the order of their ids, linked by `next_touched`. Each stays `touched`
  /// until the caller clears that, so that settling a check doesn't touch it again.
  [[nodiscard]] Check* take_touched() noexcept;

  struct Bookings {
    SteadyTime look = SteadyTime::max();
    SteadyTime expiry = SteadyTime::max();
    SteadyTime want = SteadyTime::max();
  };
  void book(Check& check, const Bookings& bookings) noexcept;
  /// Calls `visit` for each check that the timer must settle by now, until it returns false.
  template <class Visit>
  void each_to_look_at(SteadyTime now, Visit visit) const {
    looks_.each_until(now, visit);
  }
  [[nodiscard]] SteadyTime first_look() const noexcept { return looks_.first(); }
  [[nodiscard]] SteadyTime first_expiry(Probe probe) const noexcept { return expiries_[index_of(probe)].first(); }
  [[nodiscard]] SteadyTime first_want(Probe probe) const noexcept { return wants_[index_of(probe)].first(); }
  /// Calls `visit` for each check of the probe that needs a run now. `visit` must not book.
  template <class Visit>
  void each_wanting(Probe probe, SteadyTime now, Visit visit) const {
    wants_[index_of(probe)].each_until(now, [&](Check& check) { return visit(check), true; });
  }

 private:
  Checks checks_;  // in the order of registration
  std::map<std::string_view, Check*> names_;
  std::uint64_t last_id_ = 0;
  std::size_t scheduled_ = 0;
  CheckOrder looks_;
  std::array<CheckOrder, all_probes.size()> expiries_;
  std::array<CheckOrder, all_probes.size()> wants_;
  Check* touched_ = nullptr;
};

}  // namespace detail
}  // namespace vitals::inline v1
