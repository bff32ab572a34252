#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

struct Entry;

/// Moments at which something is to be done with a check: one booking a check at most.
class Timetable {
 public:
  /// Moves a booking to another moment. SteadyTime::max() is none. `id` keeps the order of what is due together.
  void move(SteadyTime& booked, SteadyTime when, std::uint64_t id, Entry* entry) {
    if (booked == when) return;
    auto node = bookings_.extract(Booking{booked, id, entry});
    booked = when;
    if (when == SteadyTime::max()) return;
    if (node) {
      node.value().when = when;
      bookings_.insert(std::move(node));
    } else {
      bookings_.insert({when, id, entry});
    }
  }

  /// SteadyTime::max() if nothing is booked.
  [[nodiscard]] SteadyTime first() const noexcept {
    return bookings_.empty() ? SteadyTime::max() : bookings_.begin()->when;
  }
  /// Whose booking comes first; there is one.
  [[nodiscard]] Entry* first_entry() const noexcept { return bookings_.begin()->entry; }

  /// Whose booking isn't after `now`, in the order of the bookings.
  [[nodiscard]] std::vector<Entry*> due(SteadyTime now) const {
    std::vector<Entry*> entries;
    for (auto booking = bookings_.begin(); booking != bookings_.end() && booking->when <= now; ++booking)
      entries.push_back(booking->entry);
    return entries;
  }

 private:
  struct Booking {
    SteadyTime when;
    std::uint64_t id;
    Entry* entry;

    friend bool operator<(const Booking& a, const Booking& b) noexcept {
      return a.when != b.when ? a.when < b.when : a.id < b.id;
    }
  };

  std::set<Booking> bookings_;
};

}  // namespace detail
}  // namespace vitals::inline v1
