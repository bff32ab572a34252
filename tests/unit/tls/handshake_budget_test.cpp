#include "tls/handshake_budget.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>

#include <gtest/gtest.h>

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::detail::HandshakeBudget;
using vitals::detail::PeerAddress;

constexpr vitals::SteadyTime start{1h};

PeerAddress peer(std::uint32_t address) {
  sockaddr_storage storage = {};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(address);
  return {storage, sizeof v4};
}

/// With it none of these addresses share a part.
constexpr std::uint64_t seed = 42;

const PeerAddress busy = peer(0x0a000001);
const PeerAddress kubelet = peer(0x0a000002);

std::size_t take_all(HandshakeBudget& budget, const PeerAddress& peer, vitals::SteadyTime now) {
  std::size_t taken = 0;
  while (taken < 1000 && budget.take(peer, now)) ++taken;
  return taken;
}

TEST(HandshakeBudgetTest, LeavesHalfOfItToOthers) {
  HandshakeBudget budget{20, seed};

  EXPECT_EQ(take_all(budget, busy, start), 10U);
  EXPECT_EQ(take_all(budget, kubelet, start), HandshakeBudget::reserved_per_address);
}

TEST(HandshakeBudgetTest, EndsForAll) {
  HandshakeBudget budget{20, seed};
  std::size_t taken = 0;
  for (std::uint32_t i = 0; i < 5; ++i) taken += take_all(budget, peer(0xc0000200 + i), start);

  EXPECT_EQ(taken, 20U);
  EXPECT_FALSE(budget.take(kubelet, start));
}

TEST(HandshakeBudgetTest, IsThereAgainInTheNextSecond) {
  HandshakeBudget budget{20, seed};
  (void)take_all(budget, busy, start);

  EXPECT_FALSE(budget.take(busy, start + 999ms));
  EXPECT_EQ(take_all(budget, busy, start + 1s), 10U);
}

TEST(HandshakeBudgetTest, IsWholeForAProxyOnThisMachine) {
  HandshakeBudget budget{20, seed};

  EXPECT_EQ(take_all(budget, peer(INADDR_LOOPBACK), start), 20U);
}

// A host may use every address of its network.
TEST(HandshakeBudgetTest, CountsANetworkOfIpv6AsOneAddress) {
  HandshakeBudget budget{20, seed};
  const auto host = [](std::uint8_t network, std::uint8_t number) {
    sockaddr_storage storage = {};
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr.s6_addr[0] = 0x20;
    v6.sin6_addr.s6_addr[7] = network;
    v6.sin6_addr.s6_addr[15] = number;
    return PeerAddress{storage, sizeof v6};
  };

  std::size_t taken = 0;
  for (std::uint8_t number = 1; number < 100; ++number) taken += budget.take(host(1, number), start) ? 1 : 0;

  EXPECT_EQ(taken, 10U);
  EXPECT_TRUE(budget.take(host(2, 1), start));
}

}  // namespace
}  // namespace vitals_test
