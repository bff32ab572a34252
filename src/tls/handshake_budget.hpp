#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

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
  static constexpr std::uint32_t few = 4;

  explicit HandshakeBudget(std::size_t most_per_second) noexcept : most_{most_per_second} {}

  /// @returns Whether a handshake of this peer may begin.
  [[nodiscard]] bool take(const PeerAddress& peer, SteadyTime now) noexcept {
    if (now - second_ >= std::chrono::seconds{1}) {
      second_ = now;
      taken_ = 0;
      taken_by_ = {};
    }
    auto& taken = taken_by_[bucket_of(peer)];
    const bool has_share = peer.is_exempt() || taken < few;
    if (taken_ >= most_ || (taken_ >= most_ / 2 && !has_share)) return false;
    ++taken_;
    ++taken;
    return true;
  }

 private:
  static constexpr std::size_t buckets = 256;

  /// Addresses of one bucket share what is theirs.
  static std::size_t bucket_of(const PeerAddress& peer) noexcept {
    const auto& bytes = peer.bytes();
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) % buckets;
  }

  std::size_t most_;
  std::size_t taken_ = 0;
  SteadyTime second_ = {};
  std::array<std::uint32_t, buckets> taken_by_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
