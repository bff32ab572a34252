#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <vitals/clock.hpp>

#include "server/peer_address.hpp"
#include "server/peer_hash.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many handshakes may begin in a second. The second half is for addresses that have had few of them: others have
/// had their share. Exempt addresses have no share, because a proxy on this machine carries those of all clients.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class HandshakeBudget {
 public:
  static constexpr std::uint32_t reserved_per_address = 4;

  explicit HandshakeBudget(std::size_t most_per_second) noexcept : HandshakeBudget{most_per_second, hash_seed(this)} {}
  /// @param seed  Of the hashes of addresses.
  HandshakeBudget(std::size_t most_per_second, std::uint64_t seed) noexcept : most_{most_per_second}, seed_{seed} {}

  /// @returns Whether a handshake of this peer may begin.
  [[nodiscard]] bool take(const PeerAddress& peer, SteadyTime now) noexcept {
    if (now - second_ >= std::chrono::seconds{1}) {
      second_ = now;
      taken_ = 0;
      taken_by_ = {};
    }
    auto& taken = taken_by_[bucket_of(peer)];
    const bool has_share = peer.is_exempt() || taken < reserved_per_address;
    if (taken_ >= most_ || (taken_ >= most_ / 2 && !has_share)) return false;
    ++taken_;
    ++taken;
    return true;
  }

 private:
  static constexpr std::size_t buckets = 4096;

  /// Addresses in one bucket share what is reserved for each. A network of IPv6 (/64) counts as one address, because a
  /// host may use all of it.
  [[nodiscard]] std::size_t bucket_of(const PeerAddress& peer) const noexcept {
    auto bytes = peer.bytes();
    if (!peer.is_v4()) std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), std::uint8_t{0});
    return hash_of(bytes, seed_) % buckets;
  }

  std::size_t most_;
  std::uint64_t seed_;
  std::size_t taken_ = 0;
  SteadyTime second_ = {};
  std::array<std::uint32_t, buckets> taken_by_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
