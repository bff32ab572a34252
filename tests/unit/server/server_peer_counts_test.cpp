#include <algorithm>
#include <cstddef>
#include <map>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/peer_counts.hpp"
#include "support/peers.hpp"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using vitals::detail::PeerAddress;
using vitals::detail::PeerCounts;
using vitals_test::numbered_peer;
using vitals_test::peer;

/// The number of places of each address, most first.
std::vector<std::size_t> places(const PeerCounts& counts) {
  std::vector<std::size_t> all;
  for (const auto peer : counts.by_places()) all.push_back(counts.places_of(peer));
  return all;
}

TEST(PeerCountsTest, CountsThePlacesOfAnAddress) {
  PeerCounts counts;

  const auto first = counts.add(peer("192.0.2.1"));
  const auto other = counts.add(peer("192.0.2.2"));
  const auto second = counts.add(peer("::ffff:192.0.2.1"));

  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
  EXPECT_EQ(counts.places_of(first), 2U);
  EXPECT_EQ(counts.places_of(other), 1U);
}

TEST(PeerCountsTest, HasThoseWithMostPlacesFirst) {
  PeerCounts counts;
  const auto one = counts.add(numbered_peer(1));
  const auto two = counts.add(numbered_peer(2));
  const auto three = counts.add(numbered_peer(3));
  counts.add(numbered_peer(2));
  counts.add(numbered_peer(3));
  counts.add(numbered_peer(3));

  EXPECT_THAT(counts.by_places(), ElementsAre(three, two, one));
  counts.remove(three);
  counts.remove(three);
  EXPECT_EQ(counts.by_places().front(), two);
  EXPECT_THAT(places(counts), ElementsAre(2, 1, 1));
}

TEST(PeerCountsTest, ForgetsAddressesWithoutPlaces) {
  PeerCounts counts;
  const auto only = counts.add(numbered_peer(1));

  counts.remove(only);

  EXPECT_EQ(counts.size(), 0U);
  EXPECT_THAT(counts.by_places(), IsEmpty());
  EXPECT_THAT(places(counts), IsEmpty());
}

TEST(PeerCountsTest, DoesNotCountExemptAddresses) {
  PeerCounts counts;

  const auto sidecar = counts.add(peer("127.0.0.1"));
  counts.add(PeerAddress{});

  EXPECT_EQ(sidecar, PeerCounts::none);
  EXPECT_THAT(counts.by_places(), IsEmpty());
  counts.remove(sidecar);
  EXPECT_EQ(counts.size(), 0U);
}

TEST(PeerCountsTest, CallsAddressesByNumbersBelowTheMostAtATime) {
  PeerCounts counts;
  std::vector<PeerCounts::Index> present;
  for (int i = 0; i < 5; ++i) present.push_back(counts.add(numbered_peer(i)));

  for (int i = 5; i < 500; ++i) {
    counts.remove(present[static_cast<std::size_t>(i) % 5]);
    present[static_cast<std::size_t>(i) % 5] = counts.add(numbered_peer(i));
  }

  EXPECT_THAT(counts.by_places(), testing::UnorderedElementsAre(0, 1, 2, 3, 4));
}

// Compared with a count that can't be wrong, with few addresses, so that many have equal numbers of places, and with
// many.
TEST(PeerCountsTest, CountsAnyAddingAndRemoving) {
  for (const int addresses : {3, 20, 700}) {
    std::mt19937 numbers{20260102};
    const auto random = [&](int below) { return std::uniform_int_distribution{0, below - 1}(numbers); };
    PeerCounts counts;
    std::map<int, std::size_t> expected;
    std::map<int, PeerCounts::Index> called;
    int bias = 0;  // makes adding or removing more frequent for a while
    for (int step = 0; step < 20'000; ++step) {
      if (step % 1000 == 0) bias = random(3) - 1;
      const int number = random(addresses);
      if (random(4) + bias >= 2) {
        const auto index = counts.add(numbered_peer(number));
        ASSERT_EQ(index, expected[number]++ == 0 ? index : called[number]);
        called[number] = index;
      } else if (expected[number] != 0) {
        counts.remove(called[number]);
        --expected[number];
      }

      ASSERT_EQ(counts.places_of(counts.by_places().empty() ? called[number] : counts.by_places().front()),
                std::ranges::max_element(expected, {}, [](const auto& each) { return each.second; })->second);
    }
    const auto all = places(counts);
    std::erase_if(expected, [](const auto& each) { return each.second == 0; });
    EXPECT_TRUE(std::ranges::is_sorted(all, std::greater{}));
    ASSERT_THAT(all, SizeIs(expected.size()));
    for (const auto& [number, count] : expected) EXPECT_EQ(counts.places_of(called[number]), count);
  }
}

}  // namespace
