#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/listen_socket.hpp"
#include "support/descriptors.hpp"
#include "support/program.hpp"
#include "support/unix_sockets.hpp"

namespace {

using vitals::detail::open_listen_socket;
using vitals::detail::SocketCalls;

/// System calls as of a kernel without IPv6.
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

/// A file with the kernel's setting for SYN cookies.
class SynCookies {
 public:
  explicit SynCookies(std::string_view setting) : file_{::memfd_create("tcp_syncookies", MFD_CLOEXEC)} {
    EXPECT_EQ(::write(file_.get(), setting.data(), setting.size()), static_cast<ssize_t>(setting.size()));
  }
  [[nodiscard]] SocketCalls calls() const {
    SocketCalls calls;
    calls.syn_cookies = "/proc/self/fd/" + std::to_string(file_.get());
    return calls;
  }

 private:
  vitals::detail::Descriptor file_;
};

/// The number of seconds for which a connection without a request isn't accepted.
int deferred(const SocketCalls& calls) {
  std::error_code error;
  const auto socket = open_listen_socket("127.0.0.1", 0, error, calls);
  int seconds = -1;
  socklen_t size = sizeof seconds;
  EXPECT_EQ(::getsockopt(socket.descriptor.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, &size), 0);
  return seconds;
}

TEST(ListenSocketTest, DefersAcceptingWhereTheKernelHasSynCookies) {
  EXPECT_GT(deferred(SynCookies{"1\n"}.calls()), 0);
  EXPECT_GT(deferred(SynCookies{"2\n"}.calls()), 0);
}

TEST(ListenSocketTest, DoesNotDeferAcceptingWhereSynCookiesAreOff) {
  EXPECT_EQ(deferred(SynCookies{"0\n"}.calls()), 0);
}

TEST(ListenSocketTest, DoesNotDeferAcceptingWhereTheSettingCannotBeRead) {
  SocketCalls calls;
  calls.syn_cookies = "/nowhere/tcp_syncookies";

  EXPECT_EQ(deferred(calls), 0);
  EXPECT_EQ(deferred(SynCookies{""}.calls()), 0);
}

TEST(NumericAddressTest, TakesAddressesAndNoNames) {
  for (const char* address : {"::", "::1", "127.0.0.1", "0.0.0.0", "fe80::1", "::ffff:1.2.3.4"})
    EXPECT_TRUE(vitals::detail::is_numeric_address(address)) << address;
  for (const char* address :
       {"", "localhost", "127.0.0.1 ", "127.1", "[::1]", "::1]:80", "1.2.3.4:80", "*", "256.0.0.1"})
    EXPECT_FALSE(vitals::detail::is_numeric_address(address)) << address;
  EXPECT_FALSE(vitals::detail::is_numeric_address({"127.0.0.1\0x", 11}));
}

TEST(ServerNameTest, PutsIpv6InBrackets) {
  EXPECT_EQ(vitals::detail::server_name("::", 8080), "[::]:8080");
  EXPECT_EQ(vitals::detail::server_name("0.0.0.0", 80), "0.0.0.0:80");
}

TEST(ServerNameTest, HasAPortOnlyWhereThatMeansAnything) {
  EXPECT_EQ(vitals::detail::server_name("unix:/run/app/health.sock", 8080), "unix:/run/app/health.sock");
  EXPECT_EQ(vitals::detail::server_name("unix:@a\nb", 0), "unix:@a b");
  EXPECT_EQ(vitals::detail::server_name("systemd:health", 0), "systemd:health");
}

TEST(ListenOrThrowTest, NamesAddressAndPort) {
  const auto taken = vitals::detail::listen_or_throw({.address = "127.0.0.1", .port = 0});
  const auto name = "127.0.0.1:" + std::to_string(taken.port);

  EXPECT_THAT([&] { (void)vitals::detail::listen_or_throw({.address = "127.0.0.1", .port = taken.port}); },
              testing::ThrowsMessage<std::system_error>(testing::StartsWith("vitals: can't listen on " + name + ": ")));
}

TEST(ListenOrThrowTest, ListensOnAUnixSocketWithTheModeOfTheOptions) {
  const vitals_test::TemporaryFolder folder;
  const std::string path = folder.path() / "health.sock";

  const auto socket = vitals::detail::listen_or_throw({.address = "unix:" + path, .unix_mode = 0606});

  EXPECT_TRUE(vitals_test::connected_to(path));
  EXPECT_EQ(vitals_test::mode_of(path), S_IFSOCK | 0606U);
}

TEST(ListenOrThrowTest, LooksForAnInheritedSocket) {
  EXPECT_THAT([] { (void)vitals::detail::listen_or_throw({.address = "systemd:health"}); },
              testing::ThrowsMessage<std::system_error>(testing::HasSubstr("can't listen on systemd:health, LISTEN_")));
}

}  // namespace
