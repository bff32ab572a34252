// Connections that begin with a PROXY protocol header, and connections without the header that is required.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::LimitCounts;
using vitals::ProxyProtocol;

const std::string get_healthz_once = "GET /healthz HTTP/1.0\r\n\r\n";
const std::string v1 = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 8080\r\n";

/// A header of version 2.
std::string v2(char command, char family, const std::string& payload) {
  const auto size = static_cast<std::uint16_t>(payload.size());
  return "\r\n\r\n\0\r\nQUIT\n"s + command + family + static_cast<char>(size >> 8) + static_cast<char>(size & 0xff) +
         payload;
}
const char local = 0x20;
const char proxied = 0x21;
const std::string v4_addresses = "\xc0\x00\x02\x01\xc0\x00\x02\x02\x9c\x40\x1f\x90"s;

std::string persistent_request_of(std::size_t size) {
  const std::string begin = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
}

class ServerProxyTest : public ServerTest {
 protected:
  void SetUp() override { VITALS_SKIP_WITH_WIRE("the header comes before the handshake"); }
  void start_behind_a_proxy(vitals::HealthServerOptions options = {}) {
    options.proxy_protocol = ProxyProtocol::required;
    start(std::move(options));
  }
  /// Expects that the connection is closed without an answer, and that this is counted once.
  void expect_end_without_an_answer(std::string_view bytes, std::uint64_t LimitCounts::*limit) {
    EXPECT_EQ(exchange(bytes), "");
    EXPECT_TRUE(eventually([&] { return server_->limit_counts().*limit == 1; }));
  }
};

struct Header {
  std::string name;
  std::string bytes;
};

class ServerProxyHeaderTest : public ServerProxyTest, public testing::WithParamInterface<Header> {};

TEST_P(ServerProxyHeaderTest, IsTakenInOnePacketWithTheRequest) {
  start_behind_a_proxy();
  auto client = connect();

  client.send(GetParam().bytes + get_healthz);

  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(client.send(get_healthz).read_response().status, 200);  // without another header
}

TEST_P(ServerProxyHeaderTest, IsTakenByteByByte) {
  start_behind_a_proxy();
  auto client = connect();

  for (const char byte : GetParam().bytes + get_healthz) client.send({&byte, 1});

  EXPECT_EQ(client.read_response().status, 200);
}

TEST_P(ServerProxyHeaderTest, IsTakenInAPacketOfItsOwn) {
  start_behind_a_proxy();
  auto client = connect();
  client.send(GetParam().bytes);

  EXPECT_THAT(exchange(v1 + get_healthz_once), StartsWith("HTTP/1.1 200 "));  // connected later

  EXPECT_EQ(client.send(get_healthz).read_response().status, 200);
}

TEST_P(ServerProxyHeaderTest, IsAMalformedRequestWhereNoneIsExpected) {
  start();

  EXPECT_THAT(exchange(GetParam().bytes + get_healthz),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("\r\nConnection: close\r\n")));

  EXPECT_EQ(server_->limit_counts().malformed, 1U);
  EXPECT_EQ(server_->limit_counts().proxy_headers, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, ServerProxyHeaderTest,
    testing::Values(Header{"V1OfIpv4", v1}, Header{"V1OfIpv6", "PROXY TCP6 2001:db8::1 2001:db8::2 40000 8080\r\n"},
                    Header{"V1Unknown", "PROXY UNKNOWN\r\n"}, Header{"V2OfIpv4", v2(proxied, 0x11, v4_addresses)},
                    Header{"V2OfIpv4WithMore", v2(proxied, 0x11, v4_addresses + "\x04\x00\x01\x00"s)},
                    Header{"V2Local", v2(local, 0, "")}, Header{"V2LocalWithAddresses", v2(local, 0x11, v4_addresses)}),
    [](const auto& tested) { return tested.param.name; });

class ServerProxyRefusalTest : public ServerProxyTest, public testing::WithParamInterface<Header> {};

TEST_P(ServerProxyRefusalTest, IsTheEndOfTheConnectionAndCounted) {
  start_behind_a_proxy();

  expect_end_without_an_answer(GetParam().bytes, &LimitCounts::proxy_headers);

  EXPECT_THAT(exchange(v1 + get_healthz_once), StartsWith("HTTP/1.1 200 "));
}

INSTANTIATE_TEST_SUITE_P(Headers, ServerProxyRefusalTest,
                         testing::Values(Header{"None", get_healthz}, Header{"AnotherWord", "PROXX TCP4 "},
                                         Header{"NoAddress", "PROXY TCP4 192.0.2.256 "},
                                         Header{"NoEnd", "PROXY UNKNOWN" + std::string(94, ' ')},
                                         Header{"AnotherVersion", v2(0x11, 0x11, v4_addresses)},
                                         Header{"TooShort", v2(proxied, 0x11, "")}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(ServerProxyTest, HeaderThatTakesTooLongIsTheEndWithoutAnAnswer) {
  start_behind_a_proxy({.head_timeout = 100ms});

  expect_end_without_an_answer("PROXY TCP4 192.0.2.1 ", &LimitCounts::slow_heads);

  EXPECT_EQ(server_->limit_counts().proxy_headers, 0U);
}

TEST_F(ServerProxyTest, HeadThatTakesTooLongAfterAHeaderGets408) {
  start_behind_a_proxy({.head_timeout = 100ms});

  EXPECT_THAT(exchange(v1 + "GET "), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(exchange(v1), StartsWith("HTTP/1.1 408 "));  // a header is a part of the first head
}

TEST_F(ServerProxyTest, ConnectionThatSendsNoHeaderIsSilent) {
  start_behind_a_proxy({.first_byte_timeout = 100ms});

  expect_end_without_an_answer("", &LimitCounts::silent);
}

TEST_F(ServerProxyTest, SecondHeaderIsAMalformedRequest) {
  start_behind_a_proxy();

  EXPECT_THAT(exchange(v1 + v1 + get_healthz), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerProxyTest, LongHeaderLeavesTheLimitOfHeadsAsItIs) {
  start_behind_a_proxy({.max_head_size = 256});
  const auto header = v2(proxied, 0x11, v4_addresses + std::string(2048 - v4_addresses.size(), '\0'));
  auto client = connect();

  client.send(header + persistent_request_of(256) + persistent_request_of(256) + persistent_request_of(257));

  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(client.read_response().status, 431);
}

}  // namespace
}  // namespace vitals_test
