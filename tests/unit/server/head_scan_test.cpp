#include <arpa/inet.h>
#include <cstddef>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/server/head_scan_fixture.hpp"

namespace {

using namespace vitals_test;

bool has_body(std::string_view bytes) {
  HeadScan head{HeadLimits{}};
  EXPECT_EQ(head.resume(bytes).kind, Kind::complete) << bytes;
  return head.has_body();
}

std::string with_lines(const std::string& lines) { return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n"; }

/// Heads of every kind: complete, followed by more bytes, refused in each part, unfinished.
constexpr std::string_view various_heads[] = {
    "\r\nGET /ready?verbose HTTP/1.1\r\nHost: [::1]:80\r\nX: \t y \r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: 10.244.1.5:8080\r\nUser-Agent: kube-probe/1.29\r\nConnection: close\r\n\r\n",
    "HEAD / HTTP/1.0\r\n\r\nGET /next HTTP/1.1\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
    "OPTIONS * HTTP/1.1\r\nhost:\r\nTransfer-Encoding: chunked\r\n\r\n",
    "\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    "G(T / HTTP/1.1\r\n",
    "GET ready HTTP/1.1\r\n",
    "GET / HTTP/1.x\r\n",
    "GET / HTTP/2.0\r\n",
    "GET / HHTTP/1.1\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nAccept: */",
};

MATCHER_P(Refuses, status, "") {
  return arg.kind == Kind::refuse && arg.status == status && arg.limit == Limit::malformed;
}

TEST(HeadScanTest, CompletesAtTheEmptyLine) {
  const std::string head = "GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n";

  const auto verdict = scan(head + "GET /next");

  EXPECT_EQ(verdict, (HeadVerdict{.kind = Kind::complete, .begin = 0, .end = head.size()}));
}

TEST(HeadScanTest, NeedsMoreUntilTheLastByte) {
  const std::string head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

  EXPECT_EQ(decided_after(head), head.size());
}

TEST(HeadScanTest, GivesTheSameVerdictHoweverAHeadIsCutInThree) {
  for (const std::string_view bytes : various_heads)
    for (std::size_t first = 0; first <= bytes.size(); ++first)
      for (std::size_t second = first; second <= bytes.size(); ++second) {
        HeadScan head{HeadLimits{}};
        (void)head.resume(bytes.substr(0, first));
        (void)head.resume(bytes.substr(0, second));

        ASSERT_EQ(head.resume(bytes), scan(bytes)) << bytes << " cut at " << first << " and " << second;
      }
}

TEST(HeadScanTest, GivesTheSameVerdictForOneByteAtATime) {
  for (const std::string_view bytes : various_heads) {
    HeadScan head{HeadLimits{}};

    HeadVerdict verdict;
    for (std::size_t size = 0; size <= bytes.size(); ++size) verdict = head.resume(bytes.substr(0, size));

    EXPECT_EQ(verdict, scan(bytes)) << bytes;
  }
}

TEST(HeadScanTest, IsNoLargerThanACacheLine) { EXPECT_LE(sizeof(HeadScan), 64U); }

TEST(HeadScanTest, SkipsTwoEmptyLinesBeforeTheRequestLine) {
  const std::string head = "GET / HTTP/1.0\r\n\r\n";

  EXPECT_EQ(scan("\r\n\r\n" + head), (HeadVerdict{.kind = Kind::complete, .begin = 4, .end = 4 + head.size()}));
  EXPECT_THAT(scan("\r\n\r\n\r\n" + head), Refuses(400));
}

TEST(HeadScanTest, RefusesABareLineFeedAtOnce) {
  EXPECT_EQ(decided_after("GET / HTTP/1.1\nHost: a\n\n"), std::string_view{"GET / HTTP/1.1\n"}.size());
  EXPECT_THAT(scan("GET / HTTP/1.1\n"), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\n"), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\r\n\n"), Refuses(400));
  EXPECT_THAT(scan("\n"), Refuses(400));
}

TEST(HeadScanTest, RefusesABareCarriageReturn) {
  EXPECT_THAT(scan("GET / HTTP/1.1\rH"), Refuses(400));
  EXPECT_THAT(scan(with_lines("X: a\rb\r\n")), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\r\n\rX"), Refuses(400));
  EXPECT_THAT(scan("\rG"), Refuses(400));
}

TEST(HeadScanTest, RefusesAFoldedLine) {
  EXPECT_THAT(scan(with_lines(" Transfer-Encoding: chunked\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("\tmore\r\n")), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), Refuses(400));
}

TEST(HeadScanTest, RefusesControlBytesWhereverTheyAre) {
  for (const char byte : {'\0', '\x01', '\x08', '\x0b', '\x1f', '\x7f'}) {
    EXPECT_THAT(scan(std::string{"GET /"} + byte), Refuses(400));
    EXPECT_THAT(scan(std::string{"GE"} + byte), Refuses(400));
    EXPECT_THAT(scan(std::string{"GET / HTTP/1.1\r\nX"} + byte), Refuses(400));
    EXPECT_THAT(scan(std::string{"GET / HTTP/1.1\r\nX: a"} + byte), Refuses(400));
  }
}

TEST(HeadScanTest, TakesObsoleteTextInAValueOnly) {
  EXPECT_THAT(scan(with_lines("X: \xc3\xa4\r\n")), Completes());
  EXPECT_THAT(scan("GET /\xc3\xa4 HTTP/1.1\r\n"), Refuses(400));
  EXPECT_THAT(scan(with_lines("\xc3\xa4: a\r\n")), Refuses(400));
}

TEST(HeadScanTest, RefusesAMalformedFieldName) {
  EXPECT_THAT(scan(with_lines("Host : b\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("Transfer-Encoding\t: chunked\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines(": empty\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("no colon\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("colonless\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("a(b): c\r\n")), Refuses(400));
}

TEST(HeadScanTest, RefusesARequestLineWithoutAVersionAtItsEnd) {
  EXPECT_EQ(decided_after("GET / \r\n"), std::string_view{"GET / \r"}.size());
  EXPECT_THAT(scan("GET / \r"), Refuses(400));
  EXPECT_THAT(scan("GET /\r"), Refuses(400));
  EXPECT_THAT(scan("GET\r"), Refuses(400));
}

TEST(HeadScanTest, RefusesAMalformedRequestLine) {
  for (const std::string_view line :
       {" GET / HTTP/1.1", " / HTTP/1.1", "GET / HTTP/x.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
        "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11", "GET / HTTP/1.10", "GET / HTTP 1.1", "GET\t/ HTTP/1.1",
        "GET /a b HTTP/1.1", "G@T / HTTP/1.1", "GET healthz HTTP/1.1", "GET * HTTP/1.1", "CONNECT * HTTP/1.1",
        "OPTIONS ** HTTP/1.1", "OPTIONS *?x HTTP/1.1"})
    EXPECT_THAT(scan(std::string{line} + "\r\nHost: a\r\n\r\n"), Refuses(400)) << line;
}

TEST(HeadScanTest, RefusesAnotherVersionWith505) {
  for (const std::string_view version : {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"})
    EXPECT_THAT(scan("GET / " + std::string{version} + "\r\nHost: a\r\n\r\n"), Refuses(505)) << version;
}

TEST(HeadScanTest, RefusesOtherProtocolsAtOnce) {
  EXPECT_THAT(scan("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Refuses(400));
  EXPECT_EQ(decided_after(std::string_view{"\x16\x03\x01\x02\x00\x01", 6}), 1U);
}

TEST(HeadScanTest, TakesEveryFormOfTarget) {
  for (const std::string_view line : {"GET /", "GET /healthz?a=b", "OPTIONS *", "GET http://host:80/healthz",
                                      "CONNECT host:80", "GET //", "PURGE /x", "M-SEARCH /"})
    EXPECT_THAT(scan(std::string{line} + " HTTP/1.1\r\nHost: a\r\n\r\n"), Completes()) << line;
}

TEST(HeadScanTest, DemandsExactlyOneHostInHttp11) {
  EXPECT_THAT(scan("GET / HTTP/1.1\r\n\r\n"), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), Refuses(400));
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nhOsT:a\r\n\r\n"), Completes());
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost:\r\n\r\n"), Completes());
}

TEST(HeadScanTest, TakesHttp10WithoutHostButNotWithTwo) {
  EXPECT_THAT(scan("OPTIONS / HTTP/1.0\r\n\r\n"), Completes());
  EXPECT_THAT(scan("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), Refuses(400));
}

TEST(HeadScanTest, RefusesAHostWithForbiddenBytes) {
  for (const std::string_view host :
       {"a b",  "a/b", "a@b",    "a?b",   "a#b",       "a\\b", "a\"b", "<a>", "a:b", "a:80:80",
        "[::1", "[]",  "[::1]x", "[:/:]", "a\xc3\xa4", "{a}",  "a^b",  "a|b", "a`b", "a, b"})
    EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: " + std::string{host} + "\r\n"), Refuses(400)) << host;
}

TEST(HeadScanTest, TakesNamesAddressesAndPortsAsHost) {
  for (const std::string_view host : {"a", "a.b-c_d", "a:80", "a:", "127.0.0.1:8080", "[::1]", "[fe80::1%25eth0]:80"})
    EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: " + std::string{host} + "\r\n\r\n"), Completes()) << host;
}

// Varnish and check_http send it so. Whether the end of "::1:8080" is a port is ambiguous, and doesn't matter.
TEST(HeadScanTest, TakesExactlyTheIpv6AddressesWithoutBracketsThatInetPtonTakes) {
  const auto kind_of = [](const std::string& host) {
    return scan("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").kind;
  };
  const auto is_address = [](const std::string& host) {
    in6_addr address;
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
  };
  const std::string longest = "0000:0000:0000:0000:0000:ffff:255.255.255.255";
  const std::string addresses[] = {"::",      "::1",  "fe80::1", "::1:8080", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1",
                                   "ABCD::1", longest};
  const std::string others[] = {":::",
                                "1::2::3",
                                "::g",
                                "::12345",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7",
                                "fe80::1%eth0",
                                "::1]",
                                "[::1",
                                "::ffff:10.0.0.256",
                                "::1/64",
                                "a::b.",
                                "::1, ::1",
                                ":: 1",
                                longest + "5",
                                longest + longest};

  for (const auto& host : addresses) {
    ASSERT_TRUE(is_address(host)) << host;
    EXPECT_EQ(kind_of(host), Kind::complete) << host;
  }
  for (const auto& host : others) {
    ASSERT_FALSE(is_address(host)) << host;
    EXPECT_EQ(kind_of(host), Kind::refuse) << host;
  }
}

TEST(HeadScanTest, RefusesAContentLengthThatIsNoNumber) {
  for (const std::string_view length : {"", "-1", "+1", "0x1", "1,1", "1, 1", "1 1", "five", "1.0", "1;"})
    EXPECT_THAT(scan(with_lines("Content-Length: " + std::string{length} + "\r\n")), Refuses(400)) << length;
}

TEST(HeadScanTest, RefusesASecondContentLength) {
  EXPECT_THAT(scan(with_lines("Content-Length: 1\r\nContent-Length: 2\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("Content-Length: 1\r\ncontent-length: 1\r\n")), Refuses(400));
}

TEST(HeadScanTest, RefusesContentLengthTogetherWithTransferEncoding) {
  EXPECT_THAT(scan(with_lines("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")), Refuses(400));
}

TEST(HeadScanTest, RefusesEveryTransferEncodingButOneChunked) {
  for (const std::string_view coding : {"xchunked", "identity", "gzip", "chunked, chunked", "chunked;x",
                                        "gzip, chunked", "chunked,", ",chunked", "\"chunked\"", "", "chunked identity"})
    EXPECT_THAT(scan(with_lines("Transfer-Encoding: " + std::string{coding} + "\r\n")), Refuses(400)) << coding;
  EXPECT_THAT(scan(with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), Refuses(400));
  EXPECT_THAT(scan(with_lines("tRANSFER-eNCODING: \t ChunKED \r\n")), Completes());
}

TEST(HeadScanTest, RefusesTransferEncodingInHttp10) {
  EXPECT_THAT(scan("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), Refuses(400));
}

TEST(HeadScanTest, RefusesAnAmbiguousFieldBeforeTheHeadEnds) {
  const std::string lines = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r";

  EXPECT_EQ(decided_after(lines + "\n\r\n"), lines.size());
}

TEST(HeadScanTest, ReportsWhetherABodyFollows) {
  EXPECT_FALSE(has_body(with_lines("")));
  EXPECT_FALSE(has_body(with_lines("Content-Length: 0\r\n")));
  EXPECT_FALSE(has_body(with_lines("Content-Length: 000\r\n")));
  EXPECT_TRUE(has_body(with_lines("Content-Length: 10\r\n")));
  EXPECT_TRUE(has_body(with_lines("Content-Length: 99999999999999999999999999\r\n")));
  EXPECT_TRUE(has_body(with_lines("Transfer-Encoding: chunked\r\n")));
}

TEST(HeadScanTest, KnowsAHeadRequestEvenIfItIsRefused) {
  HeadScan head{HeadLimits{}};
  HeadScan get{HeadLimits{}};

  EXPECT_THAT(head.resume("HEAD / HTTP/7.7\r\n"), Refuses(505));
  EXPECT_THAT(get.resume("GET / HTTP/7.7\r\n"), Refuses(505));

  EXPECT_TRUE(head.is_head());
  EXPECT_FALSE(get.is_head());
}

TEST(HeadScanTest, NeedsMoreForEveryBeginningOfAGoodHead) {
  const std::string head = with_lines("Accept: application/health+json, */*;q=0.1\r\nConnection: close\r\n");

  for (std::size_t size = 0; size < head.size(); ++size) EXPECT_THAT(scan(head.substr(0, size)), NeedsMore()) << size;
}

}  // namespace
