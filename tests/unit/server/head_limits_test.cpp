#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/server/head_scan_fixture.hpp"

namespace {

using namespace vitals_test;

MATCHER_P2(RefusesFor, status, limit, "") {
  return arg.kind == Kind::refuse && arg.status == status && arg.limit == limit;
}

TEST(HeadLimitsTest, TakesAHeadOfExactlyTheLimit) {
  const std::string start = "GET / HTTP/1.0\r\nX: ";
  const std::string head = start + std::string(256 - start.size() - 4, 'x') + "\r\n\r\n";

  EXPECT_THAT(scan(head, {.max_head_size = 256}), Completes());
  EXPECT_THAT(scan(head, {.max_head_size = 255}), RefusesFor(431, Limit::head_size));
}

TEST(HeadLimitsTest, RefusesALongerHeadWith431AsSoonAsItIsFull) {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  const std::string full = start + std::string(256 - start.size(), 'x');

  EXPECT_EQ(decided_after(full + "xxx", {.max_head_size = 256}), 256U);
  EXPECT_THAT(scan(full, {.max_head_size = 256}), RefusesFor(431, Limit::head_size));
}

TEST(HeadLimitsTest, RefusesALongMethodWith431) {
  EXPECT_THAT(scan(std::string(256, 'X'), {.max_head_size = 256}), RefusesFor(431, Limit::head_size));
}

TEST(HeadLimitsTest, TakesATargetOfExactlyTheLimit) {
  for (const std::uint32_t max : {64U, 65U, 66U, 67U, 4096U}) {
    const auto longest = "GET /" + std::string(max - 1, 'x');

    EXPECT_THAT(scan(longest + " HTTP/1.0\r\n\r\n", {.max_target_size = max}), Completes());
    EXPECT_THAT(scan(longest + "x HTTP/1.0\r\n\r\n", {.max_target_size = max}), RefusesFor(414, Limit::target_size));
  }
}

TEST(HeadLimitsTest, RefusesALongerTargetWith414AsSoonAsItsByteIsThere) {
  const auto longest = "GET /" + std::string(63, 'x');

  EXPECT_EQ(decided_after(longest + "xxxx", {.max_target_size = 64}), longest.size() + 1);
  EXPECT_THAT(scan(longest, {.max_target_size = 64}), NeedsMore());
}

TEST(HeadLimitsTest, RefusesATargetThatFillsTheHeadWith414) {
  const auto full = "GET /" + std::string(251, 'x');

  EXPECT_THAT(scan(full, {.max_head_size = 256}), RefusesFor(414, Limit::target_size));
}

TEST(HeadLimitsTest, TakesAsManyHeaderFieldsAsTheLimit) {
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA:\r\nC: d\r\n\r\n", {.max_header_fields = 4}), Completes());
  EXPECT_THAT(scan("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nA:\r\nC: d\r\nE: f\r\n\r\n", {.max_header_fields = 4}),
              RefusesFor(431, Limit::header_fields));
}

TEST(HeadLimitsTest, RefusesOneHeaderFieldMoreWith431AtItsFirstByte) {
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "X: y\r\n";
  const auto full = "GET / HTTP/1.0\r\n" + fields;

  EXPECT_EQ(decided_after(full + "X: y\r\n\r\n"), full.size() + 1);
  EXPECT_THAT(scan(full + "\r\n"), Completes());
  EXPECT_THAT(scan(full + ":"), RefusesFor(400, Limit::malformed));
}

}  // namespace
