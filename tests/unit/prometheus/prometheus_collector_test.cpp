#include <chrono>
#include <memory>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/metrics.hpp>
#include <vitals/prometheus.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using vitals::HealthRegistry;
using vitals::PrometheusCollector;
using vitals::test::ManualClock;

struct Line {
  std::string text;  ///< A comment, or the name and the labels of a sample.
  double value = 0;  ///< Of a sample.

  friend bool operator==(const Line&, const Line&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Line& line) { return out << line.text << ' ' << line.value; }
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto last = line.rfind(' ');
    found.push_back(line.starts_with('#') ? Line{line} : Line{line.substr(0, last), std::stod(line.substr(last))});
  }
  return found;
}

std::string text_of(const prometheus::Collectable& collectable) {
  return prometheus::TextSerializer{}.Serialize(collectable.Collect());
}

/// Registers as an Exposer does.
struct Target {
  void RegisterCollectable(const std::weak_ptr<prometheus::Collectable>& added, const std::string& path = "/metrics") {
    collectable = added;
    uri = path;
  }

  std::weak_ptr<prometheus::Collectable> collectable;
  std::string uri;
};

class PrometheusCollectorTest : public testing::Test {
 protected:
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
};

TEST_F(PrometheusCollectorTest, CollectsWhatTheTextSays) {
  health.add_liveness_check("worker", vitals::Heartbeat{1s});
  health.add_readiness_check("database", [&] { clock.advance(125ms); });
  health.add_readiness_check("cache", [] { return false; }, {.critical = false});
  health.add_startup_check("migration", vitals::PushedCheck{vitals::CheckResult::warn()});
  health.run_due();

  const PrometheusCollector collector{health};

  EXPECT_EQ(lines_of(text_of(*collector.collectable())), lines_of(vitals::metrics_text(health)));
}

TEST_F(PrometheusCollectorTest, RunsNoCheck) {
  health.add_readiness_check("database", [] { FAIL(); });
  const PrometheusCollector collector{health};

  EXPECT_THAT(text_of(*collector.collectable()), HasSubstr("check=\"database\"} 0\n"));
}

TEST_F(PrometheusCollectorTest, IsRegisteredUntilItIsDestroyed) {
  Target target;

  {
    const PrometheusCollector collector{health, target};
    EXPECT_EQ(target.collectable.lock(), collector.collectable());
    EXPECT_EQ(target.uri, "/metrics");
  }

  EXPECT_TRUE(target.collectable.expired());
}

TEST_F(PrometheusCollectorTest, PassesFurtherArgumentsOn) {
  Target target;

  const PrometheusCollector collector{health, target, "/health-metrics"};

  EXPECT_EQ(target.uri, "/health-metrics");
}

TEST_F(PrometheusCollectorTest, StaysRegisteredWhenItIsMoved) {
  Target target;
  PrometheusCollector first{health, target};

  const PrometheusCollector second{std::move(first)};

  EXPECT_EQ(target.collectable.lock(), second.collectable());
}

TEST(PrometheusCollectorLifetimeTest, FailsTheProbesAfterTheEndOfTheRegistry) {
  auto health = std::make_unique<HealthRegistry>();
  health->add_readiness_check("database", [] { return true; });
  const PrometheusCollector collector{*health};

  health.reset();

  const auto text = text_of(*collector.collectable());
  EXPECT_THAT(text, HasSubstr("\nvitals_probe_up{probe=\"readiness\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("database")));
}

}  // namespace
