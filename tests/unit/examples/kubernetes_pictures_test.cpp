// The pictures of examples/kubernetes name and draw what the manifest and the library say.

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
using vitals::LifecycleOptions;
using vitals::test::HttpGetProbe;
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
  EXPECT_EQ(vitals::RegistryOptions{}.startup_deadline, minutes{10});
  EXPECT_THAT(kubernetes_file("start.svg"), AllOf(HasSubstr(" = 10 min"), HasSubstr("shields liveness for as long")));
}

TEST(KubernetesStartPictureTest, DrawsWhenALoadBalancerHasNoticedAndWhenARolloutGoesOn) {
  const auto balancer = vitals_test::load_balancer();
  const std::string picture = kubernetes_file("start.svg");

  // 8 px a second, ready at 540.
  const auto at = [](seconds since) { return std::to_string(540 + 8 * since.count()); };
  const auto noticed = at(balancer.period * balancer.success_threshold);

  EXPECT_THAT(picture, HasSubstr(balancer.path + ", " + noticed_after(balancer.success_threshold) + ":<"));
  EXPECT_THAT(picture, HasSubstr("<rect x=\"" + noticed + "\" y=\"274\""));
  EXPECT_THAT(picture, HasSubstr("M" + at(vitals_test::read_manifest().min_ready) + " 300V314"));
}

/// 20 px a second, SIGTERM at 200.
std::string x(vitals::Duration since_sigterm) { return std::to_string(200 + 20 * (since_sigterm / seconds{1})); }

TEST(KubernetesTerminationPictureTest, NamesTheNumbersOfTheManifestAndTheLibrary) {
  const LifecycleOptions options;
  const std::string picture = kubernetes_file("termination.svg");

  const auto delay = number(options.propagation_delay);

  EXPECT_THAT(picture, HasSubstr(">" + delay + " s<"));
  EXPECT_THAT(picture, HasSubstr("draining, " + delay + " s<"));
  EXPECT_THAT(picture, HasSubstr("The propagation delay (" + delay + " s)"));
  EXPECT_THAT(picture, HasSubstr(">" + number(options.deadline) + " s<"));
  EXPECT_THAT(picture, HasSubstr(">" + number(vitals_test::read_manifest().termination_grace_period) + " s<"));
}

TEST(KubernetesTerminationPictureTest, DrawsThemWhereTheyAre) {
  const LifecycleOptions options;
  const std::string picture = kubernetes_file("termination.svg");

  EXPECT_THAT(picture, HasSubstr("M200 62V212"));
  EXPECT_THAT(picture, HasSubstr("M" + x(options.propagation_delay) + " 62V212"));
  EXPECT_THAT(picture, HasSubstr("M" + x(options.deadline) + " 62V212"));
  EXPECT_THAT(picture, HasSubstr("M" + x(vitals_test::read_manifest().termination_grace_period) + " 62V212"));
}

TEST(KubernetesTerminationPictureTest, DrawsUntilWhenALoadBalancerSendsRequests) {
  const auto balancer = vitals_test::load_balancer();
  const std::string picture = kubernetes_file("termination.svg");

  const auto width = std::to_string(20 * (balancer.period * balancer.failure_threshold).count());

  EXPECT_THAT(picture, HasSubstr("of " + balancer.path + " has noticed: " + noticed_after(balancer.failure_threshold)));
  EXPECT_THAT(picture, HasSubstr("<rect x=\"200\" y=\"292\" width=\"" + width + "\""));
  EXPECT_THAT(picture, HasSubstr("longer than the slowest load balancer needs"));
}

class KubernetesPictureTest : public testing::TestWithParam<const char*> {};

TEST_P(KubernetesPictureTest, IsSmallAndStandsAlone) {
  constexpr std::size_t most = 8 * 1024;

  const std::string picture = kubernetes_file(GetParam());

  EXPECT_THAT(picture, SizeIs(testing::Lt(most)));
  for (const char* foreign : {"<script", "href", "url(", "@import", "<image"})
    EXPECT_THAT(picture, Not(HasSubstr(foreign)));
}

INSTANTIATE_TEST_SUITE_P(Samples, KubernetesPictureTest, testing::Values("start.svg", "termination.svg"));

}  // namespace
