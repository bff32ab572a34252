#include "server/peer_counts.hpp"

#include <algorithm>
#include <utility>

#include "server/peer_hash.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

constexpr std::size_t first_size = 16;

}  // namespace

PeerCounts::PeerCounts() noexcept : seed_{hash_seed(this)} {}

auto PeerCounts::add(const PeerAddress& address) -> Index {
  if (address.is_exempt()) return none;
  auto peer = find(address);
  const std::size_t places = peer == none ? 0 : peers_[peer].places;
  if (more_than_.size() == places) more_than_.push_back(0);
  if (peer == none) {
    if (size() == peers_.size()) grow();
    peer = order_[size()];
    peers_[peer].address = address;
    link(peer);
  }
  swap_positions(peers_[peer].position, more_than_[places]);
  ++more_than_[places];
  ++peers_[peer].places;
  return peer;
}

void PeerCounts::remove(Index peer) noexcept {
  if (peer == none) return;
  const auto left = --peers_[peer].places;
  swap_positions(peers_[peer].position, --more_than_[left]);
  if (left == 0) unlink(peer);
}

auto PeerCounts::bucket_of(const PeerAddress& address) noexcept -> Index& {
  return buckets_[hash_of(address.bytes(), seed_) & (buckets_.size() - 1)];
}

auto PeerCounts::find(const PeerAddress& address) noexcept -> Index {
  if (buckets_.empty()) return none;
  auto peer = bucket_of(address);
  while (peer != none && peers_[peer].address != address) peer = peers_[peer].next;
  return peer;
}

// Called when all peers have places. The allocations come first, because they may fail.
void PeerCounts::grow() {
  const auto old_size = peers_.size();
  const auto new_size = std::max(first_size, 2 * old_size);
  std::vector<Index> buckets(new_size, none);
  order_.reserve(new_size);
  peers_.resize(new_size);
  buckets_.swap(buckets);
  for (Index peer = 0; peer < old_size; ++peer) link(peer);
  for (auto peer = static_cast<Index>(old_size); peer < new_size; ++peer) {
    peers_[peer].position = peer;
    order_.push_back(peer);
  }
}

void PeerCounts::link(Index peer) noexcept {
  auto& first = bucket_of(peers_[peer].address);
  peers_[peer].next = std::exchange(first, peer);
}

void PeerCounts::unlink(Index peer) noexcept {
  auto* place = &bucket_of(peers_[peer].address);
  while (*place != peer) place = &peers_[*place].next;
  *place = peers_[peer].next;
}

void PeerCounts::swap_positions(std::uint32_t a, std::uint32_t b) noexcept {
  std::swap(order_[a], order_[b]);
  peers_[order_[a]].position = a;
  peers_[order_[b]].position = b;
}

}  // namespace detail
}  // namespace vitals::inline v1
