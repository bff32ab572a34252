#include <chrono>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>
#include <vitals/server.hpp>

#include "support/manifest.hpp"

namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using vitals_test::between;
using vitals_test::kubernetes_file;
using vitals_test::number;

class KubernetesManifestTest : public testing::Test {
 protected:
  const vitals_test::Manifest manifest_ = vitals_test::read_manifest();
  const vitals::HttpGetProbe startup_ = manifest_.probes.startup.value();
  const vitals::HttpGetProbe liveness_ = manifest_.probes.liveness.value();
  const vitals::HttpGetProbe readiness_ = manifest_.probes.readiness.value();
  const vitals::HttpGetProbe balancer_ = vitals_test::load_balancer();

  /// In the worst case, when the status changes just after a probe.
  [[nodiscard]] seconds to_notice(int threshold) const { return balancer_.period * threshold + balancer_.timeout; }
};

TEST_F(KubernetesManifestTest, EachProbeRequestsItsPath) {
  const vitals::EndpointOptions paths;

  EXPECT_THAT(paths.startup_paths, Contains(startup_.path));
  EXPECT_THAT(paths.liveness_paths, Contains(liveness_.path));
  EXPECT_THAT(paths.readiness_paths, Contains(readiness_.path));
}

TEST_F(KubernetesManifestTest, EveryAnswerFitsIntoTheKubeletsTimeout) {
  const vitals::RegistryOptions options;

  for (const auto& probe : {startup_, liveness_, readiness_}) {
    EXPECT_EQ(probe.timeout, seconds{2}) << probe.path;
    EXPECT_LT(options.answer_budget, probe.timeout / 2) << probe.path;
    EXPECT_LT(probe.timeout, probe.period) << probe.path;
  }
}

TEST_F(KubernetesManifestTest, StartupMayTakeAsLongAsTheRegistryShieldsLiveness) {
  const seconds patience = startup_.period * startup_.failure_threshold;

  EXPECT_GE(patience, vitals::RegistryOptions{}.startup_limit);
}

TEST_F(KubernetesManifestTest, LivenessIsPatientAndReadinessIsQuick) {
  EXPECT_EQ(liveness_.period, seconds{10});
  EXPECT_EQ(liveness_.failure_threshold, 3);
  EXPECT_EQ(readiness_.period, seconds{5});
  EXPECT_EQ(readiness_.failure_threshold, 3);
}

TEST_F(KubernetesManifestTest, NoDelayIsTunedByHand) {
  EXPECT_EQ(number(kubernetes_file("deployment.yaml"), "initialDelaySeconds"), std::nullopt);
}

TEST_F(KubernetesManifestTest, TheServerDrainsForAsLongAsTheLibraryDoesByDefault) {
  const std::string delay = between(kubernetes_file("deployment.yaml"), "--drain-seconds, \"", '"');

  EXPECT_EQ(seconds{std::stoi(delay)}, vitals::LifecycleOptions{}.propagation_delay);
  EXPECT_GE(seconds{std::stoi(delay)}, readiness_.period) << "nobody would notice the drain";
}

TEST_F(KubernetesManifestTest, ALoadBalancerNoticesBeforeTheDrainIsOver) {
  EXPECT_GT(vitals::LifecycleOptions{}.propagation_delay, to_notice(balancer_.failure_threshold));
}

TEST_F(KubernetesManifestTest, ALoadBalancerNoticesANewInstanceBeforeAnOldOneEnds) {
  EXPECT_GT(manifest_.min_ready, to_notice(balancer_.success_threshold));
  EXPECT_THAT(kubernetes_file("start.svg"),
              HasSubstr("minReadySeconds, " + std::to_string(manifest_.min_ready.count()) + " s, keeps the old"));
}

TEST_F(KubernetesManifestTest, TheGracePeriodIsTheLifecyclesOwn) {
  EXPECT_EQ(manifest_.termination_grace_period, vitals::LifecycleOptions{}.grace_period);
  EXPECT_LT(manifest_.termination_grace_period, vitals::RegistryOptions{}.shutdown_limit);
}

TEST_F(KubernetesManifestTest, NoHookSleepsBeforeTheEnd) {
  EXPECT_EQ(kubernetes_file("deployment.yaml").find("preStop:"), std::string::npos);
}

TEST_F(KubernetesManifestTest, TheDatabaseUrlComesFromASecret) {
  const std::string text = kubernetes_file("deployment.yaml");

  EXPECT_THAT(text, Not(HasSubstr("--database")));
  EXPECT_EQ(between(text, "- name: DATABASE_URL\n              valueFrom:\n                ", ':'), "secretKeyRef");
}

TEST_F(KubernetesManifestTest, TheServiceSendsToTheApplicationOnly) {
  const std::string text = kubernetes_file("service.yaml");

  EXPECT_EQ(text.find("targetPort: health"), std::string::npos);
  EXPECT_NE(text.find("targetPort: http"), std::string::npos);
}

TEST_F(KubernetesManifestTest, EverySelectorFindsThePodsOfTheDeployment) {
  ASSERT_THAT(kubernetes_file("deployment.yaml"), HasSubstr("    metadata:\n      labels: {app: notes}\n    spec:\n"));

  EXPECT_THAT(kubernetes_file("deployment.yaml"), HasSubstr("  selector:\n    matchLabels: {app: notes}\n"));
  EXPECT_THAT(kubernetes_file("service.yaml"), HasSubstr("  selector: {app: notes}\n"));
  EXPECT_THAT(kubernetes_file("pod_disruption_budget.yaml"), HasSubstr("  selector:\n    matchLabels: {app: notes}\n"));
  EXPECT_THAT(kubernetes_file("network_policy.yaml"), HasSubstr("  podSelector:\n    matchLabels: {app: notes}\n"));
}

TEST_F(KubernetesManifestTest, ADrainOfNodesLeavesAnInstanceInService) {
  const int replicas = number(kubernetes_file("deployment.yaml"), "replicas").value();

  EXPECT_LT(number(kubernetes_file("pod_disruption_budget.yaml"), "maxUnavailable"), replicas);
}

TEST_F(KubernetesManifestTest, PrometheusFindsTheService) {
  const std::string service = kubernetes_file("service.yaml");

  EXPECT_THAT(service, HasSubstr("  name: notes\n  labels: {app: notes}\n"));
  EXPECT_THAT(kubernetes_file("service_monitor.yaml"), HasSubstr("  selector:\n    matchLabels: {app: notes}\n"));
  EXPECT_THAT(vitals_test::example_file("prometheus/alerts.yml"), HasSubstr("job=\"notes\""))
      << "the job is the name of the Service";
}

TEST_F(KubernetesManifestTest, PrometheusScrapesWhatTheHealthPortServes) {
  const std::string monitor = kubernetes_file("service_monitor.yaml");
  const std::string health = "{name: " + between(monitor, "targetPort: ", ',') + ", containerPort: 8080}";

  EXPECT_THAT(kubernetes_file("deployment.yaml"), HasSubstr(health));
  EXPECT_THAT(vitals::HealthServerOptions{}.metrics_paths, Contains(between(monitor, "path: ", ',')));
  EXPECT_EQ(vitals::HealthServerOptions{}.metrics_callers, vitals::Callers::anyone);
}

TEST_F(KubernetesManifestTest, OfOtherPodsOnlyPrometheusReachesTheHealthPort) {
  const std::string policy = kubernetes_file("network_policy.yaml");
  const auto second_rule = policy.rfind("    - from:");
  const std::string application = policy.substr(0, second_rule);
  const std::string prometheus = policy.substr(second_rule);

  EXPECT_THAT(application, HasSubstr("{port: http}"));
  EXPECT_THAT(application, Not(HasSubstr("{port: health}")));
  EXPECT_THAT(prometheus, HasSubstr("        - namespaceSelector:\n"));
  EXPECT_THAT(prometheus, HasSubstr("          podSelector:\n")) << "a hyphen would allow all pods of the namespace";
  EXPECT_THAT(prometheus, HasSubstr("{port: health}"));
}

}  // namespace
