#include "server/server_options.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal_of(const vitals::HealthServerOptions& options) {
  try {
    (void)vitals::detail::valid(options);
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
  return "accepted";
}

TEST(ServerOptionsTest, TakesTheDefaultsAndTheLimits) {
  EXPECT_EQ(refusal_of({}), "accepted");
  EXPECT_EQ(refusal_of({.max_head_size = 256, .head_timeout = 100ms, .idle_timeout = 100ms}), "accepted");
  EXPECT_EQ(refusal_of({.max_head_size = 65536, .head_timeout = 10min, .idle_timeout = 1h}), "accepted");
}

TEST(ServerOptionsTest, NamesAnAddressThatIsNoAddress) {
  EXPECT_EQ(refusal_of({.address = "localhost"}),
            "vitals: HealthServerOptions: address must be an IPv4 or IPv6 address in numbers, as 127.0.0.1 or ::1, not "
            "\"localhost\"");
}

TEST(ServerOptionsTest, NamesASizeOutOfRange) {
  EXPECT_EQ(refusal_of({.max_head_size = 255}),
            "vitals: HealthServerOptions: max_head_size must be 256 to 65536 bytes, not 255");
  EXPECT_THAT(refusal_of({.max_head_size = 65537}), HasSubstr("not 65537"));
}

TEST(ServerOptionsTest, NamesADurationOutOfRange) {
  EXPECT_EQ(refusal_of({.head_timeout = 99ms}),
            "vitals: HealthServerOptions: head_timeout must be 100 ms to 10 min, not 99 ms");
  EXPECT_THAT(refusal_of({.head_timeout = 11min}), HasSubstr("head_timeout"));
  EXPECT_THAT(refusal_of({.idle_timeout = 99ms}), HasSubstr("idle_timeout"));
  EXPECT_THAT(refusal_of({.idle_timeout = 61min}), HasSubstr("idle_timeout"));
}

}  // namespace
