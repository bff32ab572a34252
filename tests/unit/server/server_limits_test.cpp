#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/limits.hpp"

namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Optional;
using testing::SizeIs;
using testing::StartsWith;
using vitals::detail::Limit;
using vitals::detail::Limits;

constexpr Limits::Time start{1h};

class LimitsTest : public testing::Test {
 protected:
  LimitsTest() { limits_.set_name("[::]:8080"); }

  Limits limits_;
};

constexpr Limit all_limits[] = {Limit::malformed,   Limit::target_size, Limit::head_size,      Limit::header_fields,
                                Limit::head_time,   Limit::first_byte,  Limit::idle_time,      Limit::write_time,
                                Limit::connections, Limit::resources,   Limit::proxy_header,   Limit::age,
                                Limit::lingering,   Limit::memory,      Limit::handshake_time, Limit::handshake_failure,
                                Limit::handshakes};
static_assert(std::size(all_limits) == vitals::detail::limit_count);

TEST_F(LimitsTest, LogTheFirstOneAtOnce) {
  EXPECT_EQ(limits_.met(Limit::target_size, start), "vitals: [::]:8080: a request's target was too long (414)");
}

TEST_F(LimitsTest, LogOneLineAMinute) {
  EXPECT_TRUE(limits_.met(Limit::head_time, start));
  EXPECT_FALSE(limits_.met(Limit::head_time, start));
  EXPECT_FALSE(limits_.met(Limit::head_time, start + 1min - 1ns));
  EXPECT_TRUE(limits_.met(Limit::head_time, start + 1min));
  EXPECT_FALSE(limits_.met(Limit::head_time, start + 2min - 1ns));
}

TEST_F(LimitsTest, SayHowOftenSinceTheLastLine) {
  for (int i = 0; i < 17; ++i) (void)limits_.met(Limit::head_size, start + i * 1s);

  EXPECT_EQ(limits_.met(Limit::head_size, start + 1min),
            "vitals: [::]:8080: a request's head was too long (431); 17 times since the last such line");
}

TEST_F(LimitsTest, DoNotCountASingleOneSinceTheLastLine) {
  (void)limits_.met(Limit::head_size, start);

  EXPECT_EQ(limits_.met(Limit::head_size, start + 1h), "vitals: [::]:8080: a request's head was too long (431)");
}

TEST_F(LimitsTest, LogEachKindForItself) {
  (void)limits_.met(Limit::malformed, start);

  EXPECT_THAT(limits_.met(Limit::head_time, start), Optional(HasSubstr("took too long (408)")));
}

TEST_F(LimitsTest, SayWhyAConnectionIsNotAccepted) {
  EXPECT_EQ(limits_.met(Limit::resources, start, "Too many open files"),
            "vitals: can't accept a connection on [::]:8080: Too many open files; trying again every 100 ms");
}

TEST_F(LimitsTest, NeverLogTheUsualEndsOfKeptConnections) {
  for (const auto limit : {Limit::idle_time, Limit::age, Limit::lingering}) {
    EXPECT_FALSE(limits_.met(limit, start));
    EXPECT_FALSE(limits_.met(limit, start + 1h));
  }
}

TEST_F(LimitsTest, LogEachOtherKindInItsOwnWords) {
  std::set<std::string> lines;
  for (const auto limit : all_limits)
    if (const auto line = limits_.met(limit, start)) lines.insert(*line);

  EXPECT_THAT(lines, SizeIs(vitals::detail::limit_count - 3));
  EXPECT_THAT(lines, Each(StartsWith("vitals: ")));
  EXPECT_THAT(lines,
              Contains("vitals: [::]:8080: a connection was closed that didn't begin with a valid PROXY protocol "
                       "header"));
  EXPECT_THAT(lines, Contains("vitals: [::]:8080: a connection was closed for lack of memory"));
}

TEST_F(LimitsTest, CallTheServerAsItIsCalledNow) {
  (void)limits_.met(Limit::head_time, start);

  limits_.set_name("127.0.0.1:8081");

  EXPECT_EQ(limits_.met(Limit::head_time, start + 1min),
            "vitals: 127.0.0.1:8081: a request's head took too long (408)");
}

TEST_F(LimitsTest, CountWhetherALineIsLoggedOrNot) {
  for (int i = 0; i < 3; ++i) (void)limits_.met(Limit::idle_time, start);
  for (int i = 0; i < 5; ++i) (void)limits_.met(Limit::connections, start);

  const auto counts = limits_.counts();

  EXPECT_EQ(counts.idle, 3U);
  EXPECT_EQ(counts.made_room, 5U);
}

TEST_F(LimitsTest, CountEachKindInItsOwnPlace) {
  int times = 0;
  for (const auto limit : all_limits) {
    ++times;
    for (int i = 0; i < times; ++i) (void)limits_.met(limit, start);
  }

  const auto counts = limits_.counts();

  EXPECT_EQ(counts.malformed, 1U);
  EXPECT_EQ(counts.long_targets, 2U);
  EXPECT_EQ(counts.long_heads, 3U);
  EXPECT_EQ(counts.many_fields, 4U);
  EXPECT_EQ(counts.slow_heads, 5U);
  EXPECT_EQ(counts.silent, 6U);
  EXPECT_EQ(counts.idle, 7U);
  EXPECT_EQ(counts.slow_readers, 8U);
  EXPECT_EQ(counts.made_room, 9U);
  EXPECT_EQ(counts.not_accepted, 10U);
  EXPECT_EQ(counts.proxy_headers, 11U);
  EXPECT_EQ(counts.old, 12U);
  EXPECT_EQ(counts.cut_off, 13U);
  EXPECT_EQ(counts.out_of_memory, 14U);
  EXPECT_EQ(counts.slow_handshakes, 15U);
  EXPECT_EQ(counts.failed_handshakes, 16U);
  EXPECT_EQ(counts.refused_handshakes, 17U);
}

TEST_F(LimitsTest, HaveMetNothingAtFirst) {
  EXPECT_EQ(limits_.counts().malformed, 0U);
  EXPECT_EQ(limits_.counts().out_of_memory, 0U);
}

}  // namespace
