// Prometheus' own tool reads our metrics, and what examples/prometheus makes of them.

#include <chrono>
#include <filesystem>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vitals/heartbeat.hpp>
#include <vitals/metrics.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "support/promtool.hpp"
#include "support/read_file.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::filesystem::path examples{VITALS_SOURCE_DIR "/examples/prometheus"};

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression{pattern};
  std::vector<std::string> found;
  for (std::sregex_iterator match{text.begin(), text.end(), expression}, end; match != end; ++match)
    found.push_back(match->str(match->size() - 1));
  return found;
}

/// Of a registry with checks in every state.
std::string metrics() {
  vitals::HealthRegistry health;
  health.add_liveness_check("worker", vitals::Heartbeat{1s});
  health.add_readiness_check("database", [] { return true; });
  health.add_readiness_check("cache", [] { return false; }, {.critical = false});
  health.add_readiness_check("disk", [] { return vitals::CheckResult::warn("full"); });
  health.add_startup_check("migration", vitals::PushedCheck{false});
  health.run_due();
  health.add_readiness_check("later", [] { return true; });
  return vitals::metrics_text(health);
}

void collect_queries(const nlohmann::json& value, std::vector<std::string>& queries) {
  if (value.is_object() && value.contains("expr")) queries.push_back(value.at("expr"));
  if (value.is_structured())
    for (const auto& member : value) collect_queries(member, queries);
}

/// As Grafana sends them, with its variables replaced.
std::vector<std::string> queries_of_the_dashboard() {
  std::vector<std::string> queries;
  collect_queries(nlohmann::json::parse(read_file(examples / "dashboard.json")), queries);
  for (auto& query : queries) {
    query = std::regex_replace(query, std::regex{"\\$__rate_interval"}, "1m");
    query = std::regex_replace(query, std::regex{"\\$(job|instance)\\b"}, "notes");
  }
  return queries;
}

std::string rules_of(const std::vector<std::string>& queries) {
  auto rules = nlohmann::json::array();
  for (const auto& query : queries)
    rules.push_back({{"record", "query:" + std::to_string(rules.size())}, {"expr", query}});
  return nlohmann::json{{"groups", {{{"name", "dashboard"}, {"rules", rules}}}}}.dump();  // JSON is YAML, too
}

class PromtoolTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Promtool::available()) GTEST_SKIP() << "no promtool";
  }

  static Promtool::Result run_on(const std::string& command, const std::string& file) {
    return Promtool::run(command + ' ' + (examples / file).string());
  }
};

TEST_F(PromtoolTest, HasNothingToSayAboutTheMetrics) {
  const auto result = Promtool::run("check metrics", metrics());

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
}

TEST_F(PromtoolTest, AcceptsTheConfiguration) {
  const auto result = run_on("check config", "prometheus.yml");

  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr("1 rule files found"));
}

TEST_F(PromtoolTest, SeesTheAlertsFireAsTheirTestsSay) {
  const auto result = run_on("test rules", "alerts_test.yml");

  EXPECT_EQ(result.status, 0) << result.output;
}

TEST_F(PromtoolTest, ParsesEveryQueryOfTheDashboard) {
  const auto queries = queries_of_the_dashboard();
  ASSERT_THAT(queries, Not(IsEmpty()));

  const auto result = Promtool::run("check rules /dev/stdin", rules_of(queries));

  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_THAT(result.output, testing::HasSubstr(std::to_string(queries.size()) + " rules found"));
}

TEST(PrometheusExamplesTest, EveryAlertHasATestInWhichItFires) {
  const auto tests = read_file(examples / "alerts_test.yml");

  const auto alerts = matches(read_file(examples / "alerts.yml"), "- alert: (\\w+)");

  EXPECT_THAT(alerts, Not(IsEmpty()));
  const auto fired = matches(tests, "alertname: (\\w+)\\n +exp_alerts:\\n");
  for (const auto& alert : alerts) EXPECT_THAT(fired, Contains(alert));
}

TEST(PrometheusExamplesTest, NameOnlyFamiliesThatExist) {
  const auto families = matches(metrics(), "# TYPE (\\w+)");

  for (const std::string file : {"alerts.yml", "dashboard.json"}) {
    const auto named = matches(read_file(examples / file), "\\b(vitals_\\w+)");
    EXPECT_THAT(named, Not(IsEmpty())) << file;
    for (const auto& name : named) EXPECT_THAT(families, Contains(name)) << file;
  }
}

TEST(PrometheusExamplesTest, TheDashboardLeavesNoFamilyOfChecksOut) {
  const auto named = matches(read_file(examples / "dashboard.json"), "\\b(vitals_\\w+)");

  const auto families = matches(metrics(), "# TYPE (vitals_check_\\w+)");

  EXPECT_THAT(families, SizeIs(9));
  for (const auto& family : families) EXPECT_THAT(named, Contains(family));
}

}  // namespace
}  // namespace vitals_test
