#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/kubernetes_text.hpp>

#include "http_endpoint_fixture.hpp"
#include "support/responses.hpp"

namespace {

using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::kubernetes_text;
using vitals::Probe;
using vitals::test::get;

/// The texts are those of kubernetes/apiserver, pkg/server/healthz/healthz.go.
class KubernetesTextTest : public vitals::test::EndpointTest {
 protected:
  KubernetesTextTest() { health.add_readiness_check("cache", cache); }

  std::string body(const std::string& target) const { return get(kubernetes, target).body; }
  int status(const std::string& target) const { return get(kubernetes, target).status; }

  vitals::PushedCheck cache{true};
  Endpoint kubernetes{health,
                      {.readiness_paths = {"/ready"},
                       .details = Callers::anyone,
                       .routes = {kubernetes_text("/readyz", Probe::readiness),
                                  kubernetes_text("/k8s/live", Probe::liveness, {.failure_code = 503})}}};
};

TEST_F(KubernetesTextTest, IsTwoLettersIfAllPass) {
  EXPECT_EQ(body("/readyz"), "ok");
  EXPECT_EQ(status("/readyz"), 200);
}

TEST_F(KubernetesTextTest, HasALineForEachCheckWhereVerbose) {
  for (const auto* target : {"/readyz?verbose", "/readyz?verbose=false", "/readyz?a&verbose=1"})
    EXPECT_EQ(body(target), "[+]database ok\n[+]cache ok\nreadyz check passed\n") << target;
}

TEST_F(KubernetesTextTest, IsAlwaysVerboseIfItFailsAndWithholdsReasons) {
  database.set(CheckResult::fail("refused"));

  for (const auto* target : {"/readyz", "/readyz?verbose"}) {
    EXPECT_EQ(body(target), "[-]database failed: reason withheld\n[+]cache ok\nreadyz check failed\n") << target;
    EXPECT_EQ(status(target), 500) << target;
  }
}

TEST_F(KubernetesTextTest, TakesAWarningForOk) {
  database.set(CheckResult::warn("slow"));

  EXPECT_EQ(body("/readyz"), "ok");
  EXPECT_EQ(body("/readyz?verbose"), "[+]database ok\n[+]cache ok\nreadyz check passed\n");
}

TEST_F(KubernetesTextTest, LeavesOutExcludedChecks) {
  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(body("/readyz?exclude=database"), "ok");
  EXPECT_EQ(body("/readyz?verbose&exclude=database"), "[+]database excluded: ok\n[+]cache ok\nreadyz check passed\n");
  EXPECT_EQ(body("/readyz?exclude=cache"),
            "[-]database failed: reason withheld\n[+]cache excluded: ok\nreadyz check failed\n");
  EXPECT_EQ(body("/readyz?exclude=database&exclude=cache&verbose"),
            "[+]database excluded: ok\n[+]cache excluded: ok\nreadyz check passed\n");
}

TEST_F(KubernetesTextTest, WarnsOfUnknownNamesInOrder) {
  EXPECT_EQ(body("/readyz?exclude=zebra&exclude=ant"), "ok");
  EXPECT_EQ(body("/readyz?verbose&exclude=zebra&exclude=ant&exclude=ant"),
            "[+]database ok\n[+]cache ok\n"
            "warn: some health checks cannot be excluded: no matches for \"ant\",\"zebra\"\nreadyz check passed\n");
  EXPECT_EQ(body("/readyz?verbose&exclude=a,b"),
            "[+]database ok\n[+]cache ok\n"
            "warn: some health checks cannot be excluded: no matches for \"a,b\"\nreadyz check passed\n");
  EXPECT_EQ(body("/readyz?verbose&exclude=a%22%5c%0a"),
            "[+]database ok\n[+]cache ok\n"
            "warn: some health checks cannot be excluded: no matches for \"a\\\"\\\\ \"\nreadyz check passed\n");
}

TEST_F(KubernetesTextTest, AnswersForOneCheckWithItsReason) {
  EXPECT_EQ(body("/readyz/database"), "ok");

  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(body("/readyz/database"), "internal server error: refused\n");
  EXPECT_EQ(status("/readyz/database"), 500);
  EXPECT_EQ(body("/readyz/cache"), "ok");
  EXPECT_EQ(status("/readyz/nothing"), 404);
  EXPECT_EQ(status("/readyz/loop"), 404);
}

TEST_F(KubernetesTextTest, WithholdsTheReasonOfOneCheckWithoutDetails) {
  const Endpoint closed{health, {.routes = {kubernetes_text("/k8s", Probe::readiness)}}};
  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(get(closed, "/k8s/database").body, "internal server error: reason withheld\n");
}

TEST_F(KubernetesTextTest, SendsTheCodeThatWasChosenAndNamesTheFirstSegment) {
  loop.set(CheckResult::fail("stuck"));

  EXPECT_EQ(status("/k8s/live"), 503);
  EXPECT_EQ(body("/k8s/live"), "[-]loop failed: reason withheld\nk8s check failed\n");
}

// As on /healthz: a slow start isn't killed.
TEST_F(KubernetesTextTest, PassesForLivenessThatFailsWhileStarting) {
  vitals::HealthRegistry starting{{.clock = clock}};
  starting.add_startup_check("migration", vitals::PushedCheck{false});
  starting.add_liveness_check("loop", vitals::PushedCheck{false});
  const Endpoint live{starting, {.routes = {kubernetes_text("/k8s", Probe::liveness)}}};

  EXPECT_EQ(get(live, "/k8s").status, get(live, "/healthz").status);
  EXPECT_EQ(get(live, "/k8s").body, "ok");
  EXPECT_EQ(get(live, "/k8s?verbose").body, "[-]loop failed: reason withheld\nk8s check passed\n");
}

TEST_F(KubernetesTextTest, HasALineForTheShutdown) {
  health.begin_shutdown("SIGTERM");

  EXPECT_EQ(body("/readyz"), "[+]database ok\n[+]cache ok\n[-]shutdown failed: reason withheld\nreadyz check failed\n");
}

TEST_F(KubernetesTextTest, HasTheCheckPingIfThereIsNone) {
  vitals::HealthRegistry empty;
  const Endpoint of_empty{empty, {.routes = {kubernetes_text("/k8s", Probe::readiness)}}};

  EXPECT_EQ(get(of_empty, "/k8s?verbose").body, "[+]ping ok\nk8s check passed\n");
}

TEST_F(KubernetesTextTest, ShowsOnlyTheVerdictWithoutNames) {
  const Endpoint closed{health, {.names = Callers::nobody, .routes = {kubernetes_text("/k8s", Probe::readiness)}}};
  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(get(closed, "/k8s?exclude=database").body, "k8s check failed\n");
  EXPECT_EQ(get(closed, "/k8s?verbose").body, "k8s check failed\n");
}

TEST(KubernetesTextOptionsTest, RefuseACodeThatIsNoFailure) {
  for (const int code : {200, 399, 600})
    EXPECT_THROW((void)kubernetes_text("/k8s", Probe::readiness, {.failure_code = code}), std::invalid_argument);
}

}  // namespace
