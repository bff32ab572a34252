#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

#include <vitals/clock.hpp>

#include "server/peer_address.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How many handshakes may begin in a second. The second half is for addresses that have had few of them: others have
/// had their share. Exempt addresses have no share, because a proxy on this machine carries those of all clients.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class HandshakeBudget {
 public:
  static constexpr std::uint32_t reserved_per_address = 4;

  /// @param salt  So that nobody can choose an address that shares another one's part.
  explicit HandshakeBudget(std::size_t most_per_second, std::uint64_t salt = random_salt()) noexcept
      : most_{most_per_second}, salt_{salt} {}

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

  static std::uint64_t random_salt() {
    std::random_device random;
    return (std::uint64_t{random()} << 32) + random();
  }

  /// Addresses of one bucket share what is theirs. A network of IPv6 (/64) counts as one address: a host may use all of
  /// it.
  [[nodiscard]] std::size_t bucket_of(const PeerAddress& peer) const noexcept {
    constexpr std::uint64_t prime = 0x100000001b3;  // of FNV-1a
    const auto& bytes = peer.bytes();
    std::uint64_t hash = salt_;
    for (std::size_t i = 0; i < (peer.is_v4() ? bytes.size() : bytes.size() / 2); ++i) hash = (hash ^ bytes[i]) * prime;
    return (hash ^ (hash >> 32)) % buckets;
  }

  std::size_t most_;
  std::uint64_t salt_;
  std::size_t taken_ = 0;
  SteadyTime second_ = {};
  std::array<std::uint32_t, buckets> taken_by_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
