#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

struct Check;

/// Checks ordered by a moment, then by id.
///
/// Inserting, moving and removing neither allocate nor fail: each check brings its own Place.
class CheckOrder {
  struct Booking {
    SteadyTime when;
    std::uint64_t id;
    Check* check;

    bool operator<(const Booking& other) const noexcept {
      return when != other.when ? when < other.when : id < other.id;
    }
  };
  using Bookings = std::set<Booking>;

 public:
  /// A check's place in at most one order, which alone changes it. To be removed from the order before it is destroyed.
  struct Place {
    Place(std::uint64_t id, Check* check) {
      Bookings one;
      spare = one.extract(one.insert({SteadyTime::max(), id, check}).first);
    }

    SteadyTime when = SteadyTime::max();  ///< In no order.
    Bookings::iterator at = {};           ///< Its booking, while it is in an order.
    Bookings::node_type spare = {};       ///< The unused booking, while it is in none.
  };

  /// Moves a check to another moment; SteadyTime::max() takes it out.
  void move(Place& place, SteadyTime when) noexcept {
    if (place.when == when) return;
    auto node = place.when == SteadyTime::max() ? std::move(place.spare) : bookings_.extract(place.at);
    place.when = node.value().when = when;
    if (when == SteadyTime::max())
      place.spare = std::move(node);
    else
      place.at = bookings_.insert(std::move(node)).position;
  }

  [[nodiscard]] bool empty() const noexcept { return bookings_.empty(); }
  /// SteadyTime::max() if there is no check.
  [[nodiscard]] SteadyTime first() const noexcept {
    return bookings_.empty() ? SteadyTime::max() : bookings_.begin()->when;
  }
  /// Null if there is none.
  [[nodiscard]] Check* first_check() const noexcept { return bookings_.empty() ? nullptr : bookings_.begin()->check; }

  /// Calls `visit` for each check whose moment isn't after `now`, until it returns false. `visit` must not move any
  /// check.
  template <class Visit>
  void each_until(SteadyTime now, Visit visit) const {
    for (const auto& booking : bookings_) {
      if (booking.when > now || !visit(*booking.check)) return;
    }
  }

 private:
  Bookings bookings_;
};

}  // namespace detail
}  // namespace vitals::inline v1
