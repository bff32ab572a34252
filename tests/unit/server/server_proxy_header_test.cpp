#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/proxy_header.hpp"

namespace {

using namespace std::string_literals;
using vitals::detail::ProxyHeaderScan;
using vitals::detail::ProxyHeaderVerdict;
using Kind = ProxyHeaderVerdict::Kind;

const std::string request = "GET /healthz HTTP/1.1\r\n";
const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

ProxyHeaderVerdict scan(std::string_view bytes) { return ProxyHeaderScan{}.resume(bytes); }

/// The number of bytes after which the header is refused; 0 if it isn't.
std::size_t refused_after(std::string_view bytes) {
  ProxyHeaderScan header;
  for (std::size_t size = 1; size <= bytes.size(); ++size)
    if (header.resume(bytes.substr(0, size)).kind == Kind::refuse) return size;
  return 0;
}

/// A header of version 2 with a payload of that size.
std::string binary(char command, char family, std::size_t size) {
  const auto high = static_cast<char>(size >> 8);
  const auto low = static_cast<char>(size & 0xff);
  return signature + command + family + high + low + std::string(size, '\xff');
}

std::string line_of(std::size_t size) {
  const std::string begin = "PROXY UNKNOWN ";
  return begin + std::string(size - begin.size() - 2, 'x') + "\r\n";
}

const std::string good_headers[] = {
    "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n",
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
    "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
    "PROXY TCP6 ::1 2001:db8::A:b 1 10\r\n",
    "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
    "PROXY TCP6 ::ffff:10.0.0.1 ::ffff:10.0.0.2 40000 8080\r\n",  // an IPv4-mapped address as inet_ntop() prints it
    "PROXY UNKNOWN\r\n",
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
    "PROXY UNKNOWN \0\xff whatever\r\n"s,
    binary(0x20, 0x00, 0),     // LOCAL
    binary(0x20, '\xff', 7),   // LOCAL: its family is ignored
    binary(0x21, 0x00, 0),     // PROXY, unspecified
    binary(0x21, 0x01, 3),     //
    binary(0x21, 0x10, 0),     // an unspecified transport
    binary(0x21, 0x11, 12),    // TCP over IPv4
    binary(0x21, 0x12, 12),    // UDP over IPv4
    binary(0x21, 0x21, 36),    // TCP over IPv6
    binary(0x21, 0x22, 36),    //
    binary(0x21, 0x31, 216),   // UNIX stream
    binary(0x21, 0x32, 216),   //
    binary(0x21, 0x11, 300),   // with more bytes after the addresses
    binary(0x21, 0x21, 2048),  //
};

constexpr std::string_view bad_lines[] = {
    "PROXY TCP4 256.0.0.1 1.2.3.4 1 2\r\n",
    "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
    "PROXY TCP4 1.2.3.4.5 1.2.3.4 1 2\r\n",
    "PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.04 1 2\r\n",
    "PROXY TCP4 ::1 ::1 1 2\r\n",
    "PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
    "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4  1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1  2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4\r\n",
    "PROXY TCP4 1.2.3.4\r\n",
    "PROXY TCP4\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 00\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
    "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n",
    "PROXY TCP4 1.2.3.4\t1.2.3.4 1 2\r\n",
    "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY TCP6 1:2 ::1 1 2\r\n",
    "PROXY TCP6 :: ::1::2 1 2\r\n",
    "PROXY TCP6 ::12345 ::1 1 2\r\n",
    "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
    "PROXY TCP6 [::1] ::1 1 2\r\n",
    "PROXY UNKNOWN a\nb\r\n",
    "PROXY UNKNOWN a\rb\r\n",
    "PROXY UNKNOWN\n",
    "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY\r\n",
    "PROXY TCP5 ",
    "PROXY TCP\r\n",
    "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n",
    "PROXY UNKNOWX\r\n",
    "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
};

TEST(ProxyHeaderTest, TakesEachFormAndStopsAfterIt) {
  for (const auto& header : good_headers) {
    const ProxyHeaderVerdict whole{.kind = Kind::complete, .size = header.size()};

    EXPECT_EQ(scan(header), whole) << header;
    EXPECT_EQ(scan(header + request), whole) << header;
  }
}

TEST(ProxyHeaderTest, NeedsMoreUntilTheLastByte) {
  for (const auto& header : good_headers) {
    ProxyHeaderScan scan;

    for (std::size_t size = 0; size < header.size(); ++size)
      ASSERT_EQ(scan.resume(std::string_view{header}.substr(0, size)).kind, Kind::need_more) << header << size;

    EXPECT_EQ(scan.resume(header).size, header.size());
  }
}

TEST(ProxyHeaderTest, GivesTheSameVerdictHoweverAHeaderIsCutInTwo) {
  for (const auto& header : good_headers) {
    const auto bytes = header + request;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      ProxyHeaderScan twice;
      (void)twice.resume(std::string_view{bytes}.substr(0, cut));

      ASSERT_EQ(twice.resume(bytes), scan(bytes)) << header << " cut at " << cut;
    }
  }
}

TEST(ProxyHeaderTest, RefusesWhatIsMalformedHoweverItIsCutInTwo) {
  for (const auto line : bad_lines)
    for (std::size_t cut = 0; cut <= line.size(); ++cut) {
      ProxyHeaderScan twice;
      (void)twice.resume(line.substr(0, cut));

      ASSERT_EQ(twice.resume(line).kind, Kind::refuse) << line << " cut at " << cut;
    }
}

TEST(ProxyHeaderTest, StaysWithItsVerdict) {
  ProxyHeaderScan good;
  ProxyHeaderScan bad;
  const auto verdict = good.resume(good_headers[0]);
  (void)bad.resume("X");

  EXPECT_EQ(good.resume(good_headers[0] + request), verdict);
  EXPECT_EQ(bad.resume("X" + request).kind, Kind::refuse);
}

TEST(ProxyHeaderTest, RefusesAConnectionWithoutAHeaderAtItsFirstByte) {
  EXPECT_EQ(refused_after(request), 1U);
  EXPECT_EQ(refused_after("\x16\x03\x01"), 1U);  // the beginning of a TLS handshake
  EXPECT_EQ(refused_after("\n"), 1U);
  EXPECT_EQ(refused_after("\r\nGET / HTTP/1.1\r\n"), 3U);
  EXPECT_EQ(refused_after("POST / HTTP/1.1\r\n"), 2U);
  EXPECT_EQ(refused_after("PRI * HTTP/2.0\r\n"), 3U);
}

TEST(ProxyHeaderTest, RefusesAtTheFirstByteThatCannotBelongToAHeader) {
  EXPECT_EQ(refused_after("PROXY TCP4 x"), 12U);
  EXPECT_EQ(refused_after("PROXY TCP4 1.2.3.4 1.2.3.4 65536"), 32U);
  EXPECT_EQ(refused_after("PROXY TCP4 1.2.3.4 1.2.3.4 00"), 29U);
  EXPECT_EQ(refused_after("PROXY TCP4 " + std::string(16, '1')), 11U + 16U);
  EXPECT_EQ(refused_after("PROXY TCP6 " + std::string(46, ':')), 11U + 46U);
  EXPECT_EQ(refused_after(signature + "\x10"), 13U);
}

TEST(ProxyHeaderTest, RefusesASecondHeaderAsARequestWouldBe) {
  EXPECT_EQ(scan(good_headers[0] + good_headers[0]).size, good_headers[0].size());
}

TEST(ProxyHeaderTest, TakesALineOf107BytesAndNoLongerOne) {
  EXPECT_EQ(scan(line_of(107)), (ProxyHeaderVerdict{.kind = Kind::complete, .size = 107}));
  EXPECT_EQ(scan(line_of(108)).kind, Kind::refuse);
  EXPECT_EQ(refused_after(line_of(108)), 107U);
  EXPECT_EQ(scan(line_of(107).substr(0, 106)).kind, Kind::need_more);
}

TEST(ProxyHeaderTest, RefusesALineThatOnlyItsAddressesMakeTooLong) {
  const std::string longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255";
  const auto addresses = longest + ' ' + longest.substr(1);

  EXPECT_EQ(scan("PROXY TCP6 " + addresses + " 1 2\r\n").size, 107U);
  EXPECT_EQ(scan("PROXY TCP6 " + addresses + " 1 20\r\n").kind, Kind::refuse);
}

TEST(ProxyHeaderTest, TakesAPayloadOf2048BytesAndNoLongerOne) {
  for (const char command : {'\x20', '\x21'}) {
    EXPECT_EQ(scan(binary(command, 0x11, 2048)).size, ProxyHeaderScan::max_size);
    EXPECT_EQ(refused_after(binary(command, 0x11, 2049)), 16U);
    EXPECT_EQ(refused_after(binary(command, 0x11, 0x0900)), 15U);
  }
}

TEST(ProxyHeaderTest, RefusesAPayloadThatIsTooShortForItsAddresses) {
  for (const char transport : {'\x01', '\x02'}) {
    EXPECT_EQ(refused_after(binary(0x21, static_cast<char>(0x10 | transport), 11)), 16U);
    EXPECT_EQ(refused_after(binary(0x21, static_cast<char>(0x20 | transport), 35)), 16U);
    EXPECT_EQ(refused_after(binary(0x21, static_cast<char>(0x30 | transport), 215)), 16U);
  }
}

TEST(ProxyHeaderTest, RefusesAnUnknownVersionCommandFamilyOrTransport) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<char>(byte);
    const bool is_command = byte == 0x20 || byte == 0x21;
    const bool is_family = (byte >> 4) <= 3 && (byte & 0x0f) <= 2;

    EXPECT_EQ(refused_after(binary(value, 0x11, 12)), is_command ? 0U : 13U) << byte;
    EXPECT_EQ(refused_after(binary(0x21, value, 216)), is_family ? 0U : 14U) << byte;
    EXPECT_EQ(refused_after(binary(0x20, value, 0)), 0U) << byte;
  }
}

TEST(ProxyHeaderTest, RefusesASignatureWithOneOtherByte) {
  const auto header = binary(0x21, 0x11, 12);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    auto other = header;
    other[i] = static_cast<char>(other[i] ^ 0x20);

    EXPECT_EQ(refused_after(other), i + 1) << i;
  }
}

TEST(ProxyHeaderTest, IsSmall) { EXPECT_LE(sizeof(ProxyHeaderScan), 16U); }

}  // namespace
