#include "page/page_writer.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vitals/registry.hpp>

#include "support/sample_reports.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using vitals::CheckReport;
using vitals::HealthEvent;
using vitals::Probe;
using vitals::ServiceInfo;
using vitals::Status;
using vitals::detail::index_of;
using vitals::detail::page_feed;
using vitals::detail::Sight;
using vitals::detail::Snapshot;
using vitals::detail::View;
using vitals::test::checked;
using vitals::test::noon;
using vitals::test::report_of;

View view_of(const std::vector<CheckReport>& checks, Sight sight = Sight::details, const ServiceInfo& service = {}) {
  Snapshot snapshot{.phase_since = noon};
  snapshot.reports[index_of(Probe::liveness)] = report_of(Probe::liveness, Status::pass, {});
  snapshot.reports[index_of(Probe::startup)] = report_of(Probe::startup, Status::pass, {});
  snapshot.reports[index_of(Probe::readiness)] = report_of(Probe::readiness, Status::pass, checks);
  return vitals::detail::view_of(snapshot, sight, service);
}

std::string page_html(const View& view, const std::vector<HealthEvent>& latest) {
  return vitals::detail::page_html(view, latest, 5750ms);
}

std::string row_of(CheckReport check, Sight sight = Sight::details) {
  check.name = "database";
  const auto page = page_html(view_of({std::move(check)}, sight), {});
  const auto begin = page.find("<tr class=");
  return page.substr(begin, page.find("</tr>", begin) - begin);
}

CheckReport failing(std::uint64_t in_a_row, int threshold) {
  auto check = checked("database", Status::fail, "refused");
  check.results = 100;
  check.failures_in_a_row = in_a_row;
  check.failure_threshold = threshold;
  return check;
}

TEST(PageTest, SaysHowManyFailuresInARow) {
  EXPECT_THAT(row_of(failing(0, 3)), Not(HasSubstr("failure")));
  EXPECT_THAT(row_of(failing(1, 3)), HasSubstr(">1 failure of 3<"));
  EXPECT_THAT(row_of(failing(2, 3)), HasSubstr(">2 failures of 3<"));
  EXPECT_THAT(row_of(failing(3, 3)), HasSubstr(">3 failures in a row<"));
  EXPECT_THAT(row_of(failing(1, 1)), HasSubstr(">1 failure<"));
}

TEST(PageTest, SaysHowLongTheLastRunTook) {
  auto check = failing(1, 1);
  check.duration = 1500ms;
  EXPECT_THAT(row_of(check), HasSubstr(">1.5 s<"));
  check.duration = 12ms;
  EXPECT_THAT(row_of(check), HasSubstr(">12 ms<"));
  check.duration = 900us;
  EXPECT_THAT(row_of(check), HasSubstr(">&lt; 1 ms<"));
  check.results = 0;
  EXPECT_THAT(row_of(check), Not(HasSubstr(" ms<")));
}

TEST(PageTest, WritesValuesAsTheScriptReadsThem) {
  auto check = failing(1, 1);
  check.data = {{"third", 1.0 / 3}, {"whole", 2.0}, {"large", 1234567}, {"flag", true}, {"none", nullptr}};

  EXPECT_THAT(row_of(check),
              HasSubstr("third 0.3333333333333333, whole 2, large 1234567, flag true, none null</small>"));
}

TEST(PageTest, SaysHowLongTheScriptWaits) { EXPECT_THAT(page_html(view_of({}), {}), HasSubstr("data-patience=5750>")); }

TEST(PageTest, SortsByWhatNeedsAttention) {
  auto optional = checked("a-optional", Status::fail, "");
  optional.critical = false;

  const auto page =
      page_html(view_of({checked("a-pass", Status::pass, ""), checked("a-warn", Status::warn, ""), optional,
                         checked("y-fail", Status::fail, ""), checked("b-fail", Status::fail, "")}),
                {});

  const auto at = [&](const char* name) { return page.find(std::string{"<th scope=row>"} + name); };
  EXPECT_LT(at("b-fail"), at("y-fail"));
  EXPECT_LT(at("y-fail"), at("a-optional"));
  EXPECT_LT(at("a-optional"), at("a-warn"));
  EXPECT_LT(at("a-warn"), at("a-pass"));
  EXPECT_LT(at("a-pass"), page.size());
}

TEST(PageTest, EscapesTexts) {
  auto check = checked("database", Status::fail, "<b>&\"'");
  check.data = {{"<key>", "<value>"}};
  const HealthEvent event{.check = "database", .from = Status::pass, .to = Status::fail, .reason = "<i>"};
  const ServiceInfo service{.name = "<name>",
                            .version = "<version>",
                            .release_id = "<release>",
                            .description = "<description>",
                            .links = {{"<link>", "https://a/\"<url>"}, {"<script>", "javascript:<url>"}}};

  const auto page = page_html(view_of({check}, Sight::details, service), {event});

  for (const auto* text : {"&lt;b&gt;&amp;&quot;&#39;", "&lt;key&gt; &lt;value&gt;", "&lt;i&gt;", "&lt;name&gt;",
                           "&lt;version&gt;", "&lt;release&gt;", "&lt;description&gt;", "&lt;link&gt;",
                           "https://a/&quot;&lt;url&gt;", "&lt;script&gt;: javascript:&lt;url&gt;"})
    EXPECT_THAT(page, HasSubstr(text));
  for (const auto* text :
       {"<b>&", "<key>", "<value>", "<i>", "<name>", "<version>", "<release>", "<url>", "href=\"javascript"})
    EXPECT_THAT(page, Not(HasSubstr(text)));
}

TEST(PageTest, ShowsOnlyWhatTheCallerMaySee) {
  const HealthEvent event{.check = "database", .from = Status::pass, .to = Status::fail, .reason = "secret reason"};
  const ServiceInfo service{.name = "secret name"};
  auto check = checked("database", Status::fail, "secret message");
  check.critical = false;
  const std::vector<CheckReport> checks{check};

  for (const auto write : {&page_html, &page_feed}) {
    EXPECT_THAT(write(view_of(checks, Sight::details, service), {event}),
                AllOf(HasSubstr("secret reason"), HasSubstr("secret message"), HasSubstr("secret name")));
    EXPECT_THAT(write(view_of(checks, Sight::names, service), {event}),
                AllOf(HasSubstr("database"), Not(HasSubstr("secret"))));
    EXPECT_THAT(write(view_of(checks, Sight::counts, service), {event}),
                AllOf(Not(HasSubstr("database")), Not(HasSubstr("secret"))));
  }
  EXPECT_THAT(page_html(view_of(checks, Sight::names), {}), Not(HasSubstr(">not critical")));
  EXPECT_THAT(page_html(view_of(checks, Sight::counts), {}), HasSubstr("1 degraded"));
}

TEST(PageTest, FeedIsTheJsonOfHealthWithTransitions) {
  const HealthEvent of_check{
      .check = "database", .from = Status::pass, .to = Status::fail, .reason = "refused \xff", .time = noon};
  const HealthEvent of_probe{.probe = Probe::readiness, .from = Status::fail, .to = Status::pass, .time = noon};

  const auto feed = json::parse(page_feed(view_of({checked("database", Status::pass, "")}), {of_check, of_probe}));

  EXPECT_TRUE(feed.contains("checks"));
  EXPECT_EQ(feed.at("transitions").at(0), json::parse(R"({"time":"2026-03-01T12:00:00.250Z","probe":"readiness",
      "check":"database","from":"pass","to":"fail","output":"refused \ufffd"})"));
  EXPECT_EQ(feed.at("transitions").at(1),
            json::parse(R"({"time":"2026-03-01T12:00:00.250Z","probe":"readiness","from":"fail","to":"pass"})"));
}

}  // namespace
