// Random bytes in front of an unreadable page: a scan that reads beyond its input crashes the test.

#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "server/proxy_header.hpp"

namespace {

using namespace std::string_literals;
using vitals::detail::ProxyHeaderScan;
using vitals::detail::ProxyHeaderVerdict;
using Kind = ProxyHeaderVerdict::Kind;

class ProxyHeaderRandomTest : public testing::Test {
 protected:
  ProxyHeaderRandomTest()
      : begin_{static_cast<char*>(
            ::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))} {
    EXPECT_NE(static_cast<void*>(begin_), MAP_FAILED);
    EXPECT_EQ(::mprotect(begin_ + page_, page_, PROT_NONE), 0);
  }
  ~ProxyHeaderRandomTest() override { ::munmap(begin_, 2 * page_); }

  /// The bytes, placed directly in front of an unreadable page.
  std::string_view guarded(std::string_view bytes) {
    char* const copy = begin_ + page_ - bytes.size();
    std::memcpy(copy, bytes.data(), bytes.size());
    return {copy, bytes.size()};
  }
  ProxyHeaderVerdict scan(std::string_view bytes) { return ProxyHeaderScan{}.resume(guarded(bytes)); }

  /// Expects that every prefix of the bytes gets the same verdict from a fresh scan and from one that has seen the
  /// shorter prefixes, that a verdict is final, and that a complete header lies within the bytes.
  void expect_one_verdict(const std::string& bytes) {
    ProxyHeaderScan bit_by_bit;
    ProxyHeaderVerdict last;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const std::string_view beginning{bytes.data(), size};
      const auto verdict = bit_by_bit.resume(guarded(beginning));

      ASSERT_EQ(verdict, scan(beginning)) << size;
      ASSERT_TRUE(last.kind == Kind::need_more || verdict == last) << size;
      ASSERT_LE(verdict.size, size);
      last = verdict;
    }
  }
  int random(int below) { return std::uniform_int_distribution{0, below - 1}(numbers_); }

  std::mt19937 numbers_{20260101};

 private:
  std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  char* begin_;
};

TEST_F(ProxyHeaderRandomTest, NeverReadsBeyondItsInput) {
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(static_cast<std::size_t>(random(40)), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random(256));
    const auto kept = random(4);
    if (kept == 1) bytes.insert(0, "PROXY ");
    if (kept == 2) bytes.insert(0, "\r\n\r\n\0\r\nQUIT\n"s);
    if (kept == 3) bytes.insert(0, "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00"s);

    ASSERT_NO_FATAL_FAILURE(expect_one_verdict(bytes)) << round;
  }
}

TEST_F(ProxyHeaderRandomTest, NeverReadsBeyondAHeaderThatIsAlmostGood) {
  const std::string good[] = {"PROXY TCP4 192.168.0.1 10.0.0.11 56324 443\r\nGET",
                              "PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 0 65535\r\nGET", "PROXY UNKNOWN and more\r\nGET",
                              "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"s + std::string(12, 'x') + "GET",
                              "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s + "GET"};
  const std::string alphabet = "0123456789abcdef:. \r\n\0TCPUNKOWRXY"s;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = good[random(5)];
    for (int changes = random(4); changes > 0; --changes) {
      const auto place = static_cast<std::size_t>(random(static_cast<int>(bytes.size())));
      const auto byte = alphabet[static_cast<std::size_t>(random(static_cast<int>(alphabet.size())))];
      switch (random(3)) {
        case 0: bytes[place] = byte; break;
        case 1: bytes.insert(place, 1, byte); break;
        case 2: bytes.erase(place, 1); break;
      }
    }

    ASSERT_NO_FATAL_FAILURE(expect_one_verdict(bytes)) << round << ' ' << bytes;
  }
}

}  // namespace
