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

/// The registered checks: by id, by name, by the moments at which something is to be done with them, and those that
/// something has happened to. Only add() needs memory.
class CheckList {
 public:
  using Checks = std::map<std::uint64_t, std::shared_ptr<Check>>;

  /// @throws std::bad_alloc  Nothing has happened then.
  void add(const std::shared_ptr<Check>& check);
  /// Takes it out everywhere. Its node has the memory for a place in another map; it is empty if there is no such
  /// check.
  Checks::node_type remove(std::uint64_t id) noexcept;
  void clear() noexcept;

  [[nodiscard]] const Checks& all() const noexcept { return checks_; }
  [[nodiscard]] std::uint64_t next_id() const noexcept { return last_id_ + 1; }
  /// Null if there is none of that name.
  [[nodiscard]] Check* find(std::string_view name) const noexcept;
  /// Those that aren't instant.
  [[nodiscard]] std::size_t scheduled() const noexcept { return scheduled_; }

  /// Puts it among those that something has happened to.
  void touch(Check& check) noexcept;
  void touch_all() noexcept;
  /// Touches those whose verdict time alone has made wrong.
  void touch_expired(SteadyTime now) noexcept;
  /// Touches those that the timer is to look at, so many at most.
  void touch_due(SteadyTime now, std::size_t most) noexcept;
  /// Those that have been touched since the last call, in the order of their ids, linked by `next_touched`. Each stays
  /// `touched` until its user clears that: what it does to itself meanwhile doesn't count.
  [[nodiscard]] Check* take_touched() noexcept;

  struct Bookings {
    SteadyTime look = SteadyTime::max();
    SteadyTime expiry = SteadyTime::max();
    SteadyTime want = SteadyTime::max();
  };
  void book(Check& check, const Bookings& bookings) noexcept;
  [[nodiscard]] SteadyTime first_look() const noexcept { return looks_.first(); }
  [[nodiscard]] SteadyTime first_expiry(Probe probe) const noexcept { return expiries_[index_of(probe)].first(); }
  [[nodiscard]] SteadyTime first_want(Probe probe) const noexcept { return wants_[index_of(probe)].first(); }
  /// Calls `visit` for each check of a probe that needs a run now; it must book nothing.
  template <class Visit>
  void each_wanting(Probe probe, SteadyTime now, Visit visit) const {
    wants_[index_of(probe)].each_until(now, [&](Check& check) { return visit(check), true; });
  }

 private:
  Checks checks_;  // in the order of their registration
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
