#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "grpc/messages.hpp"

namespace vitals_test {
namespace {

using namespace std::string_literals;
using testing::Optional;
using vitals::detail::parse_request;
using vitals::detail::ServingStatus;
using vitals::detail::write_list;
using vitals::detail::write_response;

// What protobuf's encoder makes of the messages of health.proto.

TEST(GrpcRequestTest, NamesAService) {
  EXPECT_THAT(parse_request("\x0A\x0Enotes.v1.Notes"), Optional("notes.v1.Notes"s));
  EXPECT_THAT(parse_request("\x0A\x80\x01" + std::string(128, 'x')), Optional(std::string(128, 'x')));
}

TEST(GrpcRequestTest, WithoutAServiceAsksForTheServer) {
  EXPECT_THAT(parse_request(""), Optional(""s));
  EXPECT_THAT(parse_request("\x0A\x00"s), Optional(""s));
}

TEST(GrpcRequestTest, TakesTheLastOfSeveral) {
  EXPECT_THAT(parse_request("\x0A\x01"
                            "a\x0A\x01"
                            "b"),
              Optional("b"s));
}

TEST(GrpcRequestTest, SkipsFieldsThatItDoesNotKnow) {
  const auto known = "\x0A\x01s"s;
  for (const auto& unknown : {"\x10\x96\x01"s,                 // 2: varint
                              "\x11\1\2\3\4\5\6\7\x08"s,       // 2: fixed64
                              "\x12\x03"s + "abc",             // 2: bytes
                              "\x15\1\2\3\4"s,                 // 2: fixed32
                              "\x0D\1\2\3\4"s,                 // 1, of another type
                              "\x13\x08\x01\x14"s,             // 2: group
                              "\x13\x1B\x0A\x01z\x1C\x14"s,    // 2: a group in a group
                              "\xFA\xFF\xFF\xFF\x0F\x00"s}) {  // the highest number, bytes
    EXPECT_THAT(parse_request(known + unknown), Optional("s"s)) << testing::PrintToString(unknown);
    EXPECT_THAT(parse_request(unknown + known), Optional("s"s)) << testing::PrintToString(unknown);
  }
}

TEST(GrpcRequestTest, IsRefusedIfMalformed) {
  for (const auto& bytes :
       {"\x0A"s, "\x0A\x05"s + "four", "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s, "\x10"s, "\x10\x80"s,
        "\x10\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s, "\x11\1\2\3"s, "\x15\1"s, "\x02\x00"s, "\x0E"s, "\x0F"s,
        "\x14"s, "\x13"s, "\x13\x1C"s, "\x13\x0A\x01z"s, "\xFA\xFF\xFF\xFF\x1F\x00"s})
    EXPECT_EQ(parse_request(bytes), std::nullopt) << testing::PrintToString(bytes);
}

TEST(GrpcRequestTest, IsRefusedIfLong) {
  EXPECT_THAT(parse_request("\x0A\xFD\x1F" + std::string(4093, 'x')), Optional(testing::SizeIs(4093)));
  EXPECT_EQ(parse_request("\x0A\xFE\x1F" + std::string(4094, 'x')), std::nullopt);
}

TEST(GrpcRequestTest, MayNestGroupsAsDeepAsItIsLong) {
  EXPECT_THAT(parse_request(std::string(2048, '\x13') + std::string(2048, '\x14')), Optional(""s));
}

// A property: whatever the bytes, one answer, and no name longer than the bytes.
TEST(GrpcRequestTest, MayBeAnything) {
  std::mt19937 random{20261130};  // NOLINT: repeatable
  std::uniform_int_distribution<int> size{0, 40};
  std::uniform_int_distribution<int> byte{0, 255};
  int parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(static_cast<std::size_t>(size(random)), '\0');
    for (auto& each : bytes) each = static_cast<char>(byte(random) % (i % 2 == 0 ? 256 : 24));
    const auto service = parse_request(bytes);
    if (!service) continue;
    EXPECT_LE(service->size(), bytes.size());
    ++parsed;
  }
  EXPECT_GT(parsed, 500);
}

TEST(GrpcResponseTest, IsAStatus) {
  EXPECT_EQ(write_response(ServingStatus::serving), "\x08\x01");
  EXPECT_EQ(write_response(ServingStatus::not_serving), "\x08\x02");
  EXPECT_EQ(write_response(ServingStatus::service_unknown), "\x08\x03");
}

TEST(GrpcResponseTest, IsAMapOfStatuses) {
  const std::string longest(200, 'x');
  const std::vector<std::pair<std::string_view, ServingStatus>> services{
      {"", ServingStatus::serving}, {"a", ServingStatus::not_serving}, {longest, ServingStatus::serving}};

  EXPECT_EQ(write_list(services), "\x0A\x06\x0A\x00\x12\x02\x08\x01"s + "\x0A\x07\x0A\x01" + "a\x12\x02\x08\x02" +
                                      "\x0A\xCF\x01\x0A\xC8\x01" + longest + "\x12\x02\x08\x01");
  EXPECT_EQ(write_list({}), "");
}

}  // namespace
}  // namespace vitals_test
