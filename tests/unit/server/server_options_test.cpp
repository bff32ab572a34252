#include "server/server_options.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>

#include "server/head_scan.hpp"
#include "support/refusal.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;

std::string refusal_of(const vitals::HealthServerOptions& options) {
  return vitals_test::refusal_of([&] { (void)vitals::detail::valid(options); });
}

TEST(ServerOptionsTest, TakesTheDefaultsAndTheLimits) {
  EXPECT_EQ(refusal_of({}), "");
  EXPECT_EQ(refusal_of({.max_head_size = 256,
                        .head_timeout = 100ms,
                        .idle_timeout = 100ms,
                        .max_connections = 8,
                        .max_target_size = 64,
                        .max_header_fields = 4,
                        .first_byte_timeout = 100ms,
                        .write_timeout = 100ms,
                        .pipelined_per_turn = 1,
                        .accepts_per_turn = 1,
                        .max_connection_age = 100ms}),
            "");
  EXPECT_EQ(refusal_of({.max_head_size = 65536,
                        .head_timeout = 10min,
                        .idle_timeout = 1h,
                        .max_connections = 100'000,
                        .max_target_size = 65536,
                        .max_header_fields = 1000,
                        .first_byte_timeout = 10min,
                        .write_timeout = 10min,
                        .pipelined_per_turn = 1000,
                        .accepts_per_turn = 1000,
                        .proxy_protocol = vitals::ProxyProtocol::required,
                        .max_connection_age = 24h}),
            "");
}

TEST(ServerOptionsTest, KeepsIdleConnectionsLongerThanLoadBalancersDo) {
  EXPECT_EQ(vitals::HealthServerOptions{}.idle_timeout, 75s);  // longer than the 60 s of Envoy and AWS
}

TEST(ServerOptionsTest, TakesAsManyHeaderFieldsAsEnvoyForwards) {
  EXPECT_EQ(vitals::HealthServerOptions{}.max_header_fields, 100U);
  EXPECT_EQ(vitals::detail::HeadLimits{}.max_header_fields, 100U);
}

TEST(ServerOptionsTest, NamesAnAddressThatIsNoAddress) {
  EXPECT_EQ(refusal_of({.address = "localhost"}),
            "vitals: HealthServerOptions: address must be a numeric IPv4 or IPv6 address, such as 127.0.0.1 or ::1, or "
            "begin with unix: or systemd:, not \"localhost\"");
}

TEST(ServerOptionsTest, TakesPathsAndAbstractNames) {
  for (const auto& address : {"unix:/run/app/health.sock"s, "unix:/a"s, "unix:@a"s, "unix:@a/b c"s,
                              "unix:/" + std::string(106, 'x'), "unix:@" + std::string(107, 'x')})
    EXPECT_EQ(refusal_of({.address = address}), "") << address;
}

TEST(ServerOptionsTest, NamesAMalformedPath) {
  EXPECT_EQ(refusal_of({.address = "unix:health.sock"}),
            "vitals: HealthServerOptions: address must be unix: and the absolute path of a file, or unix:@ and a name, "
            "of at most 107 bytes without NUL, not \"unix:health.sock\"");
  for (const auto& address : {"unix:"s, "unix:/"s, "unix:/run/"s, "unix:@"s, "unix:/a\0b"s, "unix:@a\0"s,
                              "unix:/" + std::string(107, 'x'), "unix:@" + std::string(108, 'x')})
    EXPECT_THAT(refusal_of({.address = address}), HasSubstr("at most 107 bytes")) << address;
}

TEST(ServerOptionsTest, TakesNamesOfInheritedSockets) {
  for (const auto& address :
       {"systemd:health"s, "systemd:health.socket"s, "systemd:a b"s, "systemd:" + std::string(255, 'x')})
    EXPECT_EQ(refusal_of({.address = address}), "") << address;
}

TEST(ServerOptionsTest, NamesAMalformedNameOfAnInheritedSocket) {
  for (const auto& address : {"systemd:"s, "systemd:a:b"s, "systemd:a\n"s, "systemd:\xC3\xA4"s, "systemd:a\0b"s,
                              "systemd:" + std::string(256, 'x')})
    EXPECT_THAT(refusal_of({.address = address}),
                HasSubstr("address must be systemd: and a name of 1 to 255 ASCII characters without a colon, not "))
        << address;
}

TEST(ServerOptionsTest, NamesAModeOutOfRange) {
  EXPECT_EQ(refusal_of({.unix_mode = 0}), "");
  EXPECT_EQ(refusal_of({.unix_mode = 0777}), "");
  EXPECT_EQ(refusal_of({.unix_mode = 01777}), "vitals: HealthServerOptions: unix_mode must be 0 to 0777, not 01777");
}

TEST(ServerOptionsTest, NamesASizeOutOfRange) {
  EXPECT_EQ(refusal_of({.max_head_size = 255}),
            "vitals: HealthServerOptions: max_head_size must be 256 to 65536 bytes, not 255");
  EXPECT_THAT(refusal_of({.max_head_size = 65537}), HasSubstr("not 65537"));
  EXPECT_THAT(refusal_of({.max_target_size = 63}), HasSubstr("max_target_size must be 64 to 65536 bytes, not 63"));
  EXPECT_THAT(refusal_of({.max_target_size = 65537}), HasSubstr("max_target_size"));
}

TEST(ServerOptionsTest, NamesANumberOutOfRange) {
  EXPECT_EQ(refusal_of({.max_connections = 7}),
            "vitals: HealthServerOptions: max_connections must be 8 to 100000, not 7");
  EXPECT_THAT(refusal_of({.max_connections = 100'001}), HasSubstr("max_connections"));
  EXPECT_THAT(refusal_of({.max_header_fields = 3}), HasSubstr("max_header_fields must be 4 to 1000, not 3"));
  EXPECT_THAT(refusal_of({.max_header_fields = 1001}), HasSubstr("max_header_fields"));
  EXPECT_THAT(refusal_of({.pipelined_per_turn = 0}), HasSubstr("pipelined_per_turn must be 1 to 1000, not 0"));
  EXPECT_THAT(refusal_of({.pipelined_per_turn = 1001}), HasSubstr("pipelined_per_turn"));
  EXPECT_THAT(refusal_of({.accepts_per_turn = 0}), HasSubstr("accepts_per_turn must be 1 to 1000, not 0"));
  EXPECT_THAT(refusal_of({.accepts_per_turn = 1001}), HasSubstr("accepts_per_turn"));
}

TEST(ServerOptionsTest, NamesADurationOutOfRange) {
  EXPECT_EQ(refusal_of({.head_timeout = 99ms}),
            "vitals: HealthServerOptions: head_timeout must be 100 ms to 10 min, not 99 ms");
  EXPECT_THAT(refusal_of({.head_timeout = 11min}), HasSubstr("head_timeout"));
  EXPECT_THAT(refusal_of({.idle_timeout = 99ms}), HasSubstr("idle_timeout"));
  EXPECT_THAT(refusal_of({.idle_timeout = 61min}), HasSubstr("idle_timeout"));
  EXPECT_THAT(refusal_of({.first_byte_timeout = 99ms}), HasSubstr("first_byte_timeout must be 100 ms to 10 min"));
  EXPECT_THAT(refusal_of({.first_byte_timeout = 11min}), HasSubstr("first_byte_timeout"));
  EXPECT_THAT(refusal_of({.write_timeout = 99ms}), HasSubstr("write_timeout must be 100 ms to 10 min"));
  EXPECT_THAT(refusal_of({.write_timeout = 11min}), HasSubstr("write_timeout"));
  EXPECT_THAT(refusal_of({.max_connection_age = 99ms}), HasSubstr("max_connection_age must be 100 ms to 24 h, not 99"));
  EXPECT_THAT(refusal_of({.max_connection_age = 24h + 1ns}), HasSubstr("max_connection_age"));
}

TEST(ServerOptionsTest, ExpectNoProxyAndKeepConnectionsForAnHourByDefault) {
  const vitals::HealthServerOptions defaults;

  EXPECT_EQ(defaults.proxy_protocol, vitals::ProxyProtocol::off);
  EXPECT_EQ(defaults.max_connection_age, 1h);
}

}  // namespace
