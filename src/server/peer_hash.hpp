#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>

#include "server/peer_address.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The finalizer of SplitMix64, https://prng.di.unimi.it/splitmix64.c.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/// Seeded, because a peer with a range of IPv6 addresses could otherwise choose many that share a bucket.
[[nodiscard]] inline std::uint64_t hash_of(const PeerAddress::Bytes& bytes, std::uint64_t seed) noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, bytes.data(), sizeof halves);
  return mixed(mixed(halves[0] ^ seed) ^ halves[1]);
}

/// A seed for an object's table.
[[nodiscard]] inline std::uint64_t hash_seed(const void* object) noexcept {
  return mixed(reinterpret_cast<std::uintptr_t>(object) ^
               static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
}

}  // namespace detail
}  // namespace vitals::inline v1
