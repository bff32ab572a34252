#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "server/peer_address.hpp"
#include "support/peers.hpp"

namespace {

using vitals::detail::PeerAddress;
using vitals_test::peer;

TEST(PeerAddressTest, IsThatOfTheMachineWhateverThePort) {
  EXPECT_EQ(peer("192.0.2.1", 40000), peer("192.0.2.1", 40001));
  EXPECT_EQ(peer("2001:db8::1", 40000), peer("2001:db8::1", 40001));
  EXPECT_NE(peer("192.0.2.1"), peer("192.0.2.2"));
  EXPECT_NE(peer("2001:db8::1"), peer("2001:db8::2"));
  EXPECT_NE(peer("2001:db8::1"), peer("2001:db9::1"));
}

TEST(PeerAddressTest, OfIPv4IsTheSameInBothForms) {
  EXPECT_EQ(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
  EXPECT_NE(peer("::192.0.2.1"), peer("192.0.2.1"));
  EXPECT_NE(peer("64:ff9b::192.0.2.1"), peer("192.0.2.1"));
}

TEST(PeerAddressTest, OfLoopbackIsExempt) {
  for (const std::string text : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:127.9.9.9"})
    EXPECT_TRUE(peer(text).is_exempt()) << text;
}

TEST(PeerAddressTest, OfAnyOtherMachineIsNotExempt) {
  for (const std::string text : {"126.0.0.1", "128.0.0.1", "10.127.0.1", "0.0.0.0", "::2", "::7f00:1", "7f00::1",
                                 "fe80::1", "::ffff:10.0.0.127", "2001:db8::ffff:127.0.0.1"})
    EXPECT_FALSE(peer(text).is_exempt()) << text;
}

TEST(PeerAddressTest, OfAnotherFamilyIsExempt) {
  sockaddr_storage unix_socket = {};
  unix_socket.ss_family = AF_UNIX;

  EXPECT_TRUE(PeerAddress{}.is_exempt());
  EXPECT_TRUE((PeerAddress{unix_socket, sizeof unix_socket}).is_exempt());
  EXPECT_EQ((PeerAddress{unix_socket, sizeof unix_socket}).text(), "unix:");
  EXPECT_EQ(PeerAddress{}.text(), "");
}

TEST(PeerAddressTest, ThatIsCutOffIsExempt) {
  sockaddr_storage address = {};
  for (const int family : {AF_INET, AF_INET6}) {
    address.ss_family = static_cast<sa_family_t>(family);
    const auto size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);

    EXPECT_TRUE((PeerAddress{address, static_cast<socklen_t>(size - 1)}).is_exempt());
    EXPECT_FALSE((PeerAddress{address, static_cast<socklen_t>(size)}).is_exempt());
  }
}

TEST(PeerAddressTest, IsSmall) { EXPECT_LE(sizeof(PeerAddress), 17U); }

}  // namespace
