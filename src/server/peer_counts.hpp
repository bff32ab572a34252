#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/export.hpp>

#include "server/peer_address.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many places each remote address has, and which addresses have most. Each operation takes constant time. It
/// allocates only when there are more addresses, or more places of one address, than ever before.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT PeerCounts {
 public:
  using Index = std::uint32_t;
  /// The index of exempt addresses, which aren't counted.
  static constexpr Index none = ~Index{0};

  PeerCounts() noexcept;

  /// Adds one place.
  /// @returns The index of the address until its last place is removed. Indices are reused, so all are less than the
  ///          highest number of addresses at any time.
  /// @throws std::bad_alloc  Nothing has changed then.
  Index add(const PeerAddress& address);
  /// Removes one place.
  void remove(Index peer) noexcept;

  /// The number of addresses that have places.
  [[nodiscard]] std::size_t size() const noexcept { return more_than_.empty() ? 0 : more_than_[0]; }
  [[nodiscard]] std::size_t places_of(Index peer) const noexcept { return peers_[peer].places; }
  /// All addresses that have places, those with most first. Valid until the next change.
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
  /// Keeps `order_` sorted only if both peers have equally many places.
  void swap_positions(std::uint32_t a, std::uint32_t b) noexcept;

  std::uint64_t seed_;
  std::vector<Peer> peers_ = {};
  /// A hash table with the first peer of each bucket. Its size is that of `peers_`, a power of two.
  std::vector<Index> buckets_ = {};
  /// All of `peers_`, sorted by their places, most first. Unused ones come last: they have none.
  std::vector<Index> order_ = {};
  /// more_than_[n] is how many peers have more than n places. So those with n are in `order_` from more_than_[n] up to
  /// more_than_[n - 1]. A peer that gets or loses a place is swapped with the one at the end of that range.
  std::vector<std::uint32_t> more_than_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
