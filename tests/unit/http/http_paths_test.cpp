#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/paths.hpp"
#include "support/refusal.hpp"

namespace {

using testing::StrEq;
using vitals::EndpointOptions;
using vitals::detail::health_target;
using vitals::detail::liveness_target;
using vitals::detail::PathMatch;
using vitals::detail::Paths;
using vitals::detail::readiness_target;
using vitals::detail::startup_target;

std::string refusal_by_paths(const EndpointOptions& options) {
  return vitals_test::refusal_of([&] { const Paths paths{options}; });
}

TEST(PathsTest, LeadToTheProbesByDefault) {
  const Paths paths{EndpointOptions{}};

  EXPECT_EQ(paths.find("/healthz"), (PathMatch{liveness_target}));
  EXPECT_EQ(paths.find("/livez"), (PathMatch{liveness_target}));
  EXPECT_EQ(paths.find("/ready"), (PathMatch{readiness_target}));
  EXPECT_EQ(paths.find("/readyz"), (PathMatch{readiness_target}));
  EXPECT_EQ(paths.find("/startup"), (PathMatch{startup_target}));
  EXPECT_EQ(paths.find("/startupz"), (PathMatch{startup_target}));
  EXPECT_EQ(paths.find("/health"), PathMatch{health_target});
}

TEST(PathsTest, LeadToAChecksName) {
  const Paths paths{EndpointOptions{}};

  EXPECT_EQ(paths.find("/ready/database"), (PathMatch{readiness_target, "database"}));
  EXPECT_EQ(paths.find("/health/database"), (PathMatch{health_target, "database"}));
}

TEST(PathsTest, TakeWhateverFollowsAPathAsAName) {
  const Paths paths{EndpointOptions{}};

  EXPECT_EQ(paths.find("/ready/"), (PathMatch{readiness_target, ""}));
  EXPECT_EQ(paths.find("/ready//x"), (PathMatch{readiness_target, "/x"}));
  EXPECT_EQ(paths.find("/ready/a/b"), (PathMatch{readiness_target, "a/b"}));
}

TEST(PathsTest, LeaveForeignPathsAlone) {
  const Paths paths{EndpointOptions{}};

  for (const std::string_view path : {"", "/", "/healthzx", "/healt", "/Healthz", "//healthz", "/x/healthz",
                                      "/health#x", "/%68ealthz", "/./healthz", "healthz", "/health "})
    EXPECT_FALSE(paths.find(path)) << path;
}

TEST(PathsTest, LeaveHostilePathsAlone) {
  const Paths paths{EndpointOptions{}};

  EXPECT_FALSE(paths.find(std::string(1 << 20, '/')));
  EXPECT_FALSE(paths.find(std::string_view{"/healthz\0", 9}));
  EXPECT_FALSE(paths.find("\xff\xfe"));
}

TEST(PathsTest, MatchTheRootExactly) {
  const Paths paths{{.liveness_paths = {"/"}, .health_paths = {}}};

  EXPECT_EQ(paths.find("/"), (PathMatch{liveness_target}));
  EXPECT_FALSE(paths.find("/x"));
  EXPECT_FALSE(paths.find("//"));
  EXPECT_FALSE(paths.find("//x"));
}

TEST(PathsTest, PreferTheLongerPath) {
  const Paths paths{{.liveness_paths = {"/health/live"}, .health_paths = {"/health"}}};

  EXPECT_EQ(paths.find("/health/live"), (PathMatch{liveness_target}));
  EXPECT_EQ(paths.find("/health/live/loop"), (PathMatch{liveness_target, "loop"}));
  EXPECT_EQ(paths.find("/health/liver"), (PathMatch{health_target, "liver"}));
}

TEST(PathsTest, LeadToNoChecksAfterATrailingSlash) {
  const Paths paths{{.liveness_paths = {"/live/"}}};

  EXPECT_EQ(paths.find("/live/"), (PathMatch{liveness_target}));
  EXPECT_FALSE(paths.find("/live/x"));
  EXPECT_FALSE(paths.find("/live//x"));
}

TEST(PathsTest, IgnoreOneTrailingSlashIfTheOptionSaysSo) {
  const Paths paths{{.trailing_slash = true}};

  EXPECT_EQ(paths.find("/ready"), (PathMatch{readiness_target}));
  EXPECT_EQ(paths.find("/ready/"), (PathMatch{readiness_target}));
  EXPECT_EQ(paths.find("/ready/database/"), (PathMatch{readiness_target, "database"}));
  EXPECT_EQ(paths.find("/health/"), PathMatch{health_target});
  EXPECT_EQ(paths.find("/ready//"), (PathMatch{readiness_target, ""}));
  EXPECT_EQ(paths.find("/ready/database//"), (PathMatch{readiness_target, "database/"}));
  EXPECT_FALSE(paths.find("/"));
  EXPECT_FALSE(paths.find("/readyx/"));
}

TEST(PathsTest, AddNoTrailingSlashToOneThatIsThere) {
  const Paths paths{{.liveness_paths = {"/", "/live/"}, .trailing_slash = true}};

  EXPECT_EQ(paths.find("/live/"), (PathMatch{liveness_target}));
  for (const std::string_view path : {"//", "/live//", "/live", "/live/x/"}) EXPECT_FALSE(paths.find(path)) << path;
}

TEST(PathsTest, PreferTheLongerPathWithATrailingSlashToo) {
  const Paths paths{{.liveness_paths = {"/health/live"}, .readiness_paths = {"/health/"}, .trailing_slash = true}};

  EXPECT_EQ(paths.find("/health/live/"), (PathMatch{liveness_target}));
  EXPECT_EQ(paths.find("/health/live/loop/"), (PathMatch{liveness_target, "loop"}));
  EXPECT_EQ(paths.find("/health/"), (PathMatch{readiness_target}));
  EXPECT_EQ(paths.find("/health"), PathMatch{health_target});
}

TEST(PathsTest, AreSwitchedOffByAnEmptyList) {
  const Paths paths{{.startup_paths = {}}};

  EXPECT_FALSE(paths.find("/startup"));
  EXPECT_TRUE(paths.find("/ready"));
}

TEST(PathsTest, AcceptALongPathUpToTheLimit) {
  EXPECT_EQ(refusal_by_paths({.health_paths = {"/" + std::string(255, 'x')}}), "");
  EXPECT_EQ(
      refusal_by_paths({.health_paths = {"/" + std::string(256, 'x')}}),
      "vitals: EndpointOptions::health_paths: \"/" + std::string(63, 'x') + "...\" must not be longer than 256 bytes");
}

TEST(PathsTest, RefuseAMalformedPathNamingListPathAndRule) {
  EXPECT_THAT(refusal_by_paths({.liveness_paths = {"healthz"}}),
              StrEq("vitals: EndpointOptions::liveness_paths: \"healthz\" must begin with '/'"));
  EXPECT_THAT(refusal_by_paths({.readiness_paths = {""}}),
              StrEq("vitals: EndpointOptions::readiness_paths: \"\" must begin with '/'"));
  EXPECT_THAT(refusal_by_paths({.startup_paths = {"/a?b"}}),
              StrEq("vitals: EndpointOptions::startup_paths: \"/a?b\" must not contain '?' or '#'"));
  EXPECT_THAT(refusal_by_paths({.health_paths = {"/a#b"}}),
              StrEq("vitals: EndpointOptions::health_paths: \"/a#b\" must not contain '?' or '#'"));
}

TEST(PathsTest, RefuseSpacesAndControlCharactersWithoutPrintingThem) {
  for (const char c : {' ', '\n', '\t', '\x7f', '\0'})
    EXPECT_THAT(
        refusal_by_paths({.health_paths = {std::string{"/a"} + c + "b"}}),
        StrEq("vitals: EndpointOptions::health_paths: \"/a?b\" must not contain a space or a control character"))
        << int{c};
}

TEST(PathsTest, RefuseTheSamePathTwice) {
  EXPECT_THAT(refusal_by_paths({.liveness_paths = {"/x", "/x"}}),
              StrEq("vitals: EndpointOptions::liveness_paths: \"/x\" must be given only once, in one list or route"));
  EXPECT_THAT(refusal_by_paths({.liveness_paths = {"/x"}, .health_paths = {"/x"}}),
              StrEq("vitals: EndpointOptions::health_paths: \"/x\" must be given only once, in one list or route"));
}

}  // namespace
