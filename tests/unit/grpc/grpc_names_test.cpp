#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/grpc.hpp>
#include <vitals/registry.hpp>

#include "support/refusal.hpp"

namespace vitals_test {
namespace {

using vitals::GrpcHealthName;
using vitals::Probe;

std::string refusal_of_all(const std::vector<GrpcHealthName>& names) {
  return refusal_of([&] {
    vitals::HealthRegistry health;
    const vitals::GrpcHealthService service{health, {.names = names}};
  });
}

TEST(GrpcNamesTest, AreRefusedIfTheyAreThereAlready) {
  EXPECT_EQ(refusal_of_all({{"a", Probe::readiness}, {"a", "disk"}}),
            "vitals: GrpcHealthOptions::names: \"a\" is there already");
  for (const auto* builtin : {"", "liveness", "readiness", "startup"})
    EXPECT_EQ(refusal_of_all({{builtin, Probe::liveness}}),
              "vitals: GrpcHealthOptions::names: \"" + std::string{builtin} + "\" is there already");
}

TEST(GrpcNamesTest, AreUtf8OfAtMost200Bytes) {
  EXPECT_EQ(refusal_of_all({{std::string(200, 'x'), Probe::readiness}, {"Käse", Probe::readiness}}), "");
  EXPECT_EQ(refusal_of_all({{std::string(201, 'x'), Probe::readiness}}),
            "vitals: GrpcHealthOptions::names: \"" + std::string(200, 'x') + "\" must have at most 200 bytes");
  for (const auto* wrong : {"a\nb", "\xff"})
    EXPECT_THAT(refusal_of_all({{wrong, Probe::readiness}}),
                testing::EndsWith("must be UTF-8 without control characters"));
}

TEST(GrpcNamesTest, ShowChecksByAName) {
  EXPECT_EQ(refusal_of_all({{"a", "no name"}}),
            "vitals: GrpcHealthOptions::names: \"a\" must show a probe or the name of a check: "
            "[a-z0-9][a-z0-9._-]{0,63}");
}

TEST(GrpcNamesTest, AreAtMost100) {
  std::vector<GrpcHealthName> names;
  for (int i = 0; i < 100; ++i) names.push_back({"n" + std::to_string(i), Probe::readiness});
  EXPECT_EQ(refusal_of_all(names), "");
  names.push_back({"one more", Probe::readiness});

  EXPECT_EQ(refusal_of_all(names), "vitals: GrpcHealthOptions: names must be at most 100, not 101");
}

}  // namespace
}  // namespace vitals_test
