#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/export.hpp>

#include "server/peer_address.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many places each remote address has, and which addresses have most. Everything takes the same time however many
/// there are; memory is allocated only when there are more addresses, or more places of one, than ever before.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT PeerCounts {
 public:
  using Index = std::uint32_t;
  /// Of who is exempt, and isn't counted.
  static constexpr Index none = ~Index{0};

  PeerCounts() noexcept;

  /// Counts one place more.
  /// @returns What the address is called until its last place is removed: less than the most addresses that have had
  ///          places at a time.
  /// @throws std::bad_alloc  Nothing has changed then.
  Index add(const PeerAddress& address);
  /// Counts one place less.
  void remove(Index peer) noexcept;

  /// The addresses that have places.
  [[nodiscard]] std::size_t size() const noexcept { return more_than_.empty() ? 0 : more_than_[0]; }
  [[nodiscard]] std::size_t places_of(Index peer) const noexcept { return peers_[peer].places; }
  /// All of them, those with most places first. Holds until the next change.
  [[nodiscard]] std::span<const Index> by_places() const noexcept { return {order_.data(), size()}; }

 private:
  struct Peer {
    PeerAddress address = {};
    std::uint32_t places = 0;
    std::uint32_t position = 0;  ///< In `order_`.
    Index next = none;           ///< In the same bucket.
  };

  [[nodiscard]] Index& bucket_of(const PeerAddress& address) noexcept;
  [[nodiscard]] Index find(const PeerAddress& address) noexcept;
  void grow();
  void link(Index peer) noexcept;
  void unlink(Index peer) noexcept;
  /// Both have equally many places.
  void swap_positions(std::uint32_t a, std::uint32_t b) noexcept;

  std::uint64_t seed_;
  std::vector<Peer> peers_ = {};
  /// A hash table, as large as `peers_`, which is a power of two: the first of each bucket.
  std::vector<Index> buckets_ = {};
  /// All of `peers_`, by their places: those that are free come last, with none.
  std::vector<Index> order_ = {};
  /// By a number of places: how many peers have more. So those with n are in `order_` from more_than_[n] up to
  /// more_than_[n - 1], and whoever gets or loses a place only changes it with one at an end of that part.
  std::vector<std::uint32_t> more_than_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
