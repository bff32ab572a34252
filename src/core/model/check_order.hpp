#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

struct Check;

/// Checks in the order of a moment that each has, and of their ids where that is the same.
///
/// To put a check in, to move it and to take it out needs no memory and can't fail: each check brings its own Place.
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
  /// A check's place in one order at a time. It must be out of the order before it goes. Only its order changes it.
  struct Place {
    Place(std::uint64_t id, Check* check) {
      Bookings one;
      spare = one.extract(one.insert({SteadyTime::max(), id, check}).first);
    }

    SteadyTime when = SteadyTime::max();  ///< That is: in none.
    Bookings::iterator at = {};           ///< While it is in an order;
    Bookings::node_type spare = {};       ///< while it is in none.
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

  /// Calls `visit` for each check whose moment isn't after `now`, as long as it returns true; it must not move any.
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
