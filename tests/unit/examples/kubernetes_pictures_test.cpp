// The pictures of examples/kubernetes show the numbers of the manifest and of the library.

#include <chrono>
#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>

#include "support/manifest.hpp"

namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using vitals::HttpGetProbe;
using vitals::LifecycleOptions;
using vitals_test::kubernetes_file;

std::string number(vitals::Duration duration) { return std::to_string(duration / seconds{1}); }

std::string row(const HttpGetProbe& probe) { return ">" + probe.path + ", every " + number(probe.period) + " s<"; }

std::string times(seconds period, int count) { return number(period) + " s × " + std::to_string(count); }

/// As in "4 s × 2 = 8 s".
std::string noticed_after(int threshold) {
  const seconds interval = vitals_test::load_balancer().period;
  return times(interval, threshold) + " = " + number(interval * threshold) + " s";
}

TEST(KubernetesStartPictureTest, NamesTheNumbersOfTheManifest) {
  const auto [liveness, readiness, startup] = vitals_test::read_manifest().probes;
  const std::string picture = kubernetes_file("start.svg");

  const auto patience = std::chrono::duration_cast<minutes>(startup->period * startup->failure_threshold);

  for (const auto& probe : {liveness, readiness, startup}) EXPECT_THAT(picture, HasSubstr(row(probe.value())));
  EXPECT_THAT(picture, HasSubstr("ready, at most " + number(startup->period) + " s later"));
  EXPECT_THAT(picture, HasSubstr("fails " + std::to_string(startup->failure_threshold) + " times in a row"));
  EXPECT_THAT(picture, HasSubstr(times(startup->period, startup->failure_threshold) + " = " +
                                 std::to_string(patience.count()) + " min"));
  EXPECT_THAT(picture, HasSubstr("after " + std::to_string(liveness->failure_threshold) + " failures in a row"));
  EXPECT_THAT(picture, HasSubstr(times(liveness->period, liveness->failure_threshold) + "."));
}

TEST(KubernetesStartPictureTest, SaysForHowLongTheLibraryShieldsLiveness) {
  EXPECT_EQ(vitals::RegistryOptions{}.startup_limit, minutes{10});
  EXPECT_THAT(kubernetes_file("start.svg"), AllOf(HasSubstr(" = 10 min"), HasSubstr("shields liveness for as long")));
}

TEST(KubernetesStartPictureTest, NamesWhenALoadBalancerHasNoticed) {
  const auto balancer = vitals_test::load_balancer();

  EXPECT_THAT(kubernetes_file("start.svg"),
              HasSubstr(balancer.path + ", " + noticed_after(balancer.success_threshold) + ":<"));
}

TEST(KubernetesTerminationPictureTest, NamesTheNumbersOfTheManifestAndTheLibrary) {
  const LifecycleOptions options;
  const std::string picture = kubernetes_file("termination.svg");

  const auto delay = number(options.propagation_delay);

  EXPECT_THAT(picture, HasSubstr(">" + delay + " s<"));
  EXPECT_THAT(picture, HasSubstr("draining, " + delay + " s<"));
  EXPECT_THAT(picture, HasSubstr("The propagation delay (" + delay + " s)"));
  EXPECT_THAT(picture, HasSubstr(">" + number(options.grace_period - seconds{5}) + " s<"));
  EXPECT_THAT(picture, HasSubstr(">" + number(vitals_test::read_manifest().termination_grace_period) + " s<"));
}

TEST(KubernetesTerminationPictureTest, NamesWhenALoadBalancerHasNoticed) {
  const auto balancer = vitals_test::load_balancer();
  const std::string picture = kubernetes_file("termination.svg");

  EXPECT_THAT(picture, HasSubstr("of " + balancer.path + " has noticed: " + noticed_after(balancer.failure_threshold)));
  EXPECT_THAT(picture, HasSubstr("longer than the slowest load balancer needs"));
}

class KubernetesPictureTest : public testing::TestWithParam<const char*> {};

TEST_P(KubernetesPictureTest, IsSmallAndSelfContained) {
  constexpr std::size_t most = 8 * 1024;

  const std::string picture = kubernetes_file(GetParam());

  EXPECT_THAT(picture, SizeIs(testing::Lt(most)));
  for (const char* foreign : {"<script", "href", "url(", "@import", "<image"})
    EXPECT_THAT(picture, Not(HasSubstr(foreign)));
}

INSTANTIATE_TEST_SUITE_P(Samples, KubernetesPictureTest, testing::Values("start.svg", "termination.svg"));

}  // namespace
