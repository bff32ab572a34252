// A real Prometheus scrapes a service, and says what it has read.

#include <atomic>
#include <chrono>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/server.hpp>

#include "support/http_client.hpp"
#include "support/prometheus.hpp"
#include "support/promtool.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

class PrometheusServerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Prometheus::available()) GTEST_SKIP() << "no Prometheus";
  }
};

TEST_F(PrometheusServerTest, ReadsBackACheckThatIsFlipped) {
  std::atomic<bool> up = true;
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [&] { return up.load(); }, {.schedule = vitals::every(100ms)});
  vitals::HealthServer server{health, {.port = 0}};
  server.start();
  Prometheus prometheus{server.port()};

  EXPECT_TRUE(prometheus.sees(R"(up{job="notes"})", "1")) << prometheus.log();
  EXPECT_TRUE(prometheus.sees(R"(vitals_check_up{probe="readiness", check="database"})", "1")) << prometheus.log();
  EXPECT_EQ(prometheus.value(R"(vitals_probe_up{probe="readiness"})"), "1");

  up = false;

  EXPECT_TRUE(prometheus.sees(R"(vitals_check_up{probe="readiness", check="database"})", "0")) << prometheus.log();
  EXPECT_TRUE(prometheus.sees(R"(vitals_probe_up{probe="readiness"})", "0"));
  EXPECT_TRUE(prometheus.sees(R"(vitals_check_failures_total{check="database"} > bool 0)", "1"));
  EXPECT_EQ(prometheus.stop(), 0) << prometheus.log();
}

TEST(PromtoolServerTest, HasNothingToSayAboutTheMetricsOfAServer) {
  if (!Promtool::available()) GTEST_SKIP() << "no promtool";
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};
  server.start();
  (void)http_get(server.port(), "/ready");

  const auto result = Promtool::run("check metrics", http_get(server.port(), "/metrics").body);

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
}

}  // namespace
}  // namespace vitals_test
