#include <cerrno>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/listen_socket.hpp"
#include "support/descriptors.hpp"

namespace {

using vitals::detail::open_listen_socket;
using vitals::detail::SocketCalls;

/// A kernel without IPv6.
SocketCalls without_ipv6() {
  SocketCalls calls;
  calls.socket = [](int family, int type, int protocol) {
    if (family != AF_INET6) return ::socket(family, type, protocol);
    errno = EAFNOSUPPORT;
    return -1;
  };
  return calls;
}

SocketCalls refusing_bind_of_ipv6(int error) {
  SocketCalls calls;
  calls.bind = [error](int fd, const sockaddr* address, socklen_t size) {
    if (address->sa_family != AF_INET6) return ::bind(fd, address, size);
    errno = error;
    return -1;
  };
  return calls;
}

TEST(ListenSocketTest, FallsBackToIpv4WhereTheKernelHasNoIpv6) {
  std::error_code error;

  const auto socket = open_listen_socket("::", 0, error, without_ipv6());

  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(socket.family, AF_INET);
  EXPECT_NE(socket.port, 0);
}

TEST(ListenSocketTest, FallsBackToIpv4WhereIpv6IsSwitchedOff) {
  std::error_code error;

  const auto socket = open_listen_socket("::", 0, error, refusing_bind_of_ipv6(EADDRNOTAVAIL));

  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(socket.family, AF_INET);
}

TEST(ListenSocketTest, DoesNotFallBackForAnyOtherError) {
  std::error_code error;

  const auto socket = open_listen_socket("::", 0, error, refusing_bind_of_ipv6(EADDRINUSE));

  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_FALSE(socket.descriptor);
}

TEST(ListenSocketTest, DoesNotFallBackFromAnAddressOfItsOwn) {
  std::error_code error;

  (void)open_listen_socket("::1", 0, error, without_ipv6());

  EXPECT_EQ(error, std::errc::address_family_not_supported);
}

TEST(ListenSocketTest, TakesAnyWayOfWritingTheUnspecifiedAddress) {
  std::error_code error;

  const auto socket = open_listen_socket("0:0:0:0:0:0:0:0", 0, error, without_ipv6());

  EXPECT_EQ(socket.family, AF_INET);
}

TEST(ListenSocketTest, IsCloseOnExecAndDoesNotBlock) {
  std::error_code error;

  const auto socket = open_listen_socket("127.0.0.1", 0, error);

  EXPECT_TRUE(vitals_test::is_close_on_exec(socket.descriptor.get()));
  EXPECT_NE(::fcntl(socket.descriptor.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(ListenSocketTest, LeavesNoDescriptorBehindOnFailure) {
  const auto before = vitals_test::open_descriptors();
  std::error_code error;

  (void)open_listen_socket("::", 0, error, refusing_bind_of_ipv6(EACCES));

  EXPECT_EQ(vitals_test::open_descriptors(), before);
}

TEST(NumericAddressTest, TakesAddressesAndNoNames) {
  for (const char* address : {"::", "::1", "127.0.0.1", "0.0.0.0", "fe80::1", "::ffff:1.2.3.4"})
    EXPECT_TRUE(vitals::detail::is_numeric_address(address)) << address;
  for (const char* address :
       {"", "localhost", "127.0.0.1 ", "127.1", "[::1]", "::1]:80", "1.2.3.4:80", "*", "256.0.0.1"})
    EXPECT_FALSE(vitals::detail::is_numeric_address(address)) << address;
  EXPECT_FALSE(vitals::detail::is_numeric_address({"127.0.0.1\0x", 11}));
}

TEST(AddressAndPortTest, PutsIpv6InBrackets) {
  EXPECT_EQ(vitals::detail::address_and_port("::", 8080), "[::]:8080");
  EXPECT_EQ(vitals::detail::address_and_port("0.0.0.0", 80), "0.0.0.0:80");
}

}  // namespace
