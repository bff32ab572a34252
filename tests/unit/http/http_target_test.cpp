#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "http/target.hpp"

namespace {

using vitals::detail::has_parameter;
using vitals::detail::parse_target;
using vitals::detail::Target;

TEST(TargetTest, SplitsPathAndQuery) {
  const auto target = parse_target("/ready?verbose&x=1");

  EXPECT_EQ(target, (Target{"/ready", "verbose&x=1"}));
}

TEST(TargetTest, TakesEverythingAfterTheFirstQuestionMarkAsQuery) {
  const auto target = parse_target("/ready?a?b/c");

  EXPECT_EQ(target, (Target{"/ready", "a?b/c"}));
}

TEST(TargetTest, HasNoQueryWithoutQuestionMark) { EXPECT_EQ(parse_target("/ready"), (Target{"/ready", ""})); }

TEST(TargetTest, UnderstandsTheAbsoluteForm) {
  const auto target = parse_target("http://host:8080/healthz?x=1");

  EXPECT_EQ(target, (Target{"/healthz", "x=1"}));
}

TEST(TargetTest, UnderstandsTheAbsoluteFormOfHttpsInAnyCase) {
  const auto target = parse_target("HTTPS://[::1]:8080/healthz");

  EXPECT_EQ(target, (Target{"/healthz", ""}));
}

TEST(TargetTest, GivesAnAbsoluteFormWithoutPathTheRoot) {
  EXPECT_EQ(parse_target("http://host"), (Target{"/", ""}));
  EXPECT_EQ(parse_target("http://host?verbose"), (Target{"/", "verbose"}));
}

TEST(TargetTest, RefusesAnAbsoluteFormWithoutHost) {
  EXPECT_EQ(parse_target("http:///healthz"), Target{});
  EXPECT_EQ(parse_target("http://"), Target{});
}

TEST(TargetTest, RefusesOtherForms) {
  for (const std::string_view target : {"", "*", "host:443", "healthz", "ftp://host/healthz", "?x", " /healthz"})
    EXPECT_EQ(parse_target(target), Target{}) << target;
}

TEST(TargetTest, TakesAHashAsPartOfThePath) {
  EXPECT_EQ(parse_target("/healthz#x").path, "/healthz#x");
  EXPECT_EQ(parse_target("http://host#/healthz").path, "#/healthz");
}

TEST(TargetTest, KeepsBytesAsTheyAre) {
  const std::string hostile{"/\0\xff\x80%00?\0", 9};

  const auto target = parse_target(hostile);

  EXPECT_EQ(target.path, hostile.substr(0, 7));
  EXPECT_EQ(target.query, std::string_view("\0", 1));
}

TEST(ParameterTest, IsThereWithAnyValueOrNone) {
  for (const std::string_view query :
       {"verbose", "verbose=", "verbose=1", "verbose=false", "x=1&verbose", "&&verbose=&"})
    EXPECT_TRUE(has_parameter(query, "verbose")) << query;
}

TEST(ParameterTest, IsItsWholeNameInThisCase) {
  for (const std::string_view query :
       {"", "&", "=", "verbos", "verbosex", "Verbose", "x=verbose", "=verbose", "%76erbose"})
    EXPECT_FALSE(has_parameter(query, "verbose")) << query;
}

}  // namespace
