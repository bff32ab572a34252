#include <chrono>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/kubernetes.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using vitals::CheckResult;
using vitals::ContainerProbes;
using vitals::HttpGetProbe;
using vitals::kubernetes_probes;
using vitals::to_yaml;

TEST(KubernetesProbesTest, HaveAStartupProbeIfThereAreStartupChecks) {
  vitals::HealthRegistry health;
  EXPECT_FALSE(kubernetes_probes(health).startup.has_value());
  const vitals::PushedCheck migration{CheckResult::pass()};
  health.add_startup_check("migration", migration);

  const auto startup = kubernetes_probes(health).startup.value();
  EXPECT_EQ(startup.path, "/startup");
  EXPECT_EQ(startup.period * startup.failure_threshold, 10min);
}

TEST(KubernetesProbesTest, AllowAtLeastTheStartupLimit) {
  const auto patience = [](vitals::Duration limit) {
    vitals::HealthRegistry health{{.startup_limit = limit}};
    const vitals::PushedCheck migration{CheckResult::pass()};
    health.add_startup_check("migration", migration);
    const auto startup = kubernetes_probes(health).startup.value();
    return startup.period * startup.failure_threshold;
  };
  EXPECT_EQ(patience(60s), 60s);
  EXPECT_EQ(patience(61s), 65s);
  EXPECT_EQ(patience(60'001ms), 65s);
  EXPECT_EQ(patience(1s), 5s);
}

TEST(KubernetesProbesTest, WaitASecondLongerThanTheAnswerBudget) {
  const auto readiness = [](vitals::Duration budget) {
    const vitals::HealthRegistry health{{.answer_budget = budget}};
    return kubernetes_probes(health).readiness.value();
  };
  EXPECT_EQ(readiness(750ms).timeout, 2s);
  EXPECT_EQ(readiness(1s).timeout, 2s);
  EXPECT_EQ(readiness(1001ms).timeout, 3s);
  EXPECT_EQ(readiness(750ms).period, 5s);
  EXPECT_EQ(readiness(20s).period, 21s);
}

TEST(KubernetesProbesTest, AreWrittenAsYaml) {
  EXPECT_EQ(to_yaml({.liveness = HttpGetProbe{.path = "/healthz", .termination_grace_period = 10s},
                     .readiness = HttpGetProbe{.path = "/ready", .initial_delay = 3s, .success_threshold = 2}}),
            "livenessProbe:\n"
            "  httpGet: {path: /healthz, port: health}\n"
            "  periodSeconds: 10\n"
            "  timeoutSeconds: 1\n"
            "  failureThreshold: 3\n"
            "  terminationGracePeriodSeconds: 10\n"
            "readinessProbe:\n"
            "  httpGet: {path: /ready, port: health}\n"
            "  initialDelaySeconds: 3\n"
            "  periodSeconds: 10\n"
            "  timeoutSeconds: 1\n"
            "  successThreshold: 2\n"
            "  failureThreshold: 3\n");
  EXPECT_THAT(to_yaml({.readiness = HttpGetProbe{.path = "/ready"}}, {.https = true}),
              testing::HasSubstr("  httpGet: {path: /ready, port: health, scheme: HTTPS}\n"));
  EXPECT_EQ(to_yaml({}), "");
}

TEST(KubernetesProbesTest, AreIndentedAndQuotedWhereNeeded) {
  const ContainerProbes probes{.startup = HttpGetProbe{.path = "/a, b: \"c\"\\"}};

  EXPECT_THAT(to_yaml(probes, {.port = "8080", .indent = 4}),
              testing::StartsWith("    startupProbe:\n      httpGet: {path: \"/a, b: \\\"c\\\"\\\\\", port: 8080}\n"));
  for (const auto* port : {"true", "1e3", "on", "-", ""})
    EXPECT_THAT(to_yaml(probes, {.port = port}), testing::HasSubstr(std::string{"port: \""} + port + "\"}")) << port;
  EXPECT_THROW((void)to_yaml(probes, {.indent = -1}), std::invalid_argument);
  EXPECT_THROW((void)to_yaml(probes, {.indent = 65}), std::invalid_argument);
}

}  // namespace
