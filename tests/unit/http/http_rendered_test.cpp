#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/rendered.hpp>

#include "http_endpoint_fixture.hpp"
#include "support/responses.hpp"

namespace {

using testing::ElementsAre;
using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthView;
using vitals::Probe;
using vitals::Rendered;
using vitals::rendered;
using vitals::Status;
using vitals::test::get;
using vitals::test::header;

class RenderedTest : public vitals::test::EndpointTest {
 protected:
  /// The answer of a renderer for readiness.
  vitals::HttpResponse answer_of(const vitals::Renderer& renderer) {
    const Endpoint one{health, {.routes = {rendered("/x", Probe::readiness, renderer)}}};
    return get(one, "/x");
  }
};

TEST_F(RenderedTest, SeesTheProbeAndGetsItsCode) {
  const auto words = [](const HealthView& view) {
    return Rendered{.media_type = "text/x-words", .body = std::string{to_string(view.status())}};
  };

  EXPECT_EQ(answer_of(words).body, "pass");
  EXPECT_EQ(answer_of(words).status, 200);
  EXPECT_EQ(header(answer_of(words), "Content-Type"), "text/x-words");

  database.set(CheckResult::fail("refused"));

  EXPECT_EQ(answer_of(words).body, "fail");
  EXPECT_EQ(answer_of(words).status, 503);
}

TEST_F(RenderedTest, MayChooseTheCode) {
  EXPECT_EQ(answer_of([](const HealthView&) { return Rendered{.status = 502}; }).status, 502);
}

TEST_F(RenderedTest, IsKeptUntilTheViewChanges) {
  int calls = 0;
  const Endpoint one{health, {.routes = {rendered("/x", Probe::readiness, [&](const HealthView&) {
                                return Rendered{.body = std::to_string(++calls)};
                              })}}};

  EXPECT_EQ(get(one, "/x").body, "1");
  EXPECT_EQ(get(one, "/x").body, "1");

  database.set(CheckResult::warn("slow"));

  EXPECT_EQ(get(one, "/x").body, "2");
}

TEST_F(RenderedTest, SeesAllProbesOnlyIfItIsAboutAll) {
  const auto checks = [](const HealthView& view) {
    std::string names;
    for (const auto probe : {Probe::liveness, Probe::readiness, Probe::startup})
      for (const auto& check : view.report(probe).checks()) names += check.name + ' ';
    return Rendered{.body = names};
  };
  const Endpoint all{health, {.routes = {rendered("/x", checks)}}};

  EXPECT_EQ(get(all, "/x").body, "loop database migration ");
  EXPECT_EQ(answer_of(checks).status, 500);
}

TEST_F(RenderedTest, SeesNoMoreThanTheCallerMay) {
  database.set(CheckResult::fail("refused").with("host", "db"));
  std::vector<std::string> seen;
  const auto look = [&](const HealthView& view) {
    const auto& report = view.report(Probe::readiness);
    auto text = std::string{view.shows_names() ? "names " : ""} + (view.shows_details() ? "details " : "");
    for (const auto& check : report.checks())
      text += check.name + ":" + check.message + ":" + std::to_string(check.data.size()) + " ";
    seen.push_back(text + std::to_string(view.counts(Probe::readiness).failing));
    return Rendered{};
  };
  for (const auto& [names, details] :
       {std::pair{Callers::nobody, Callers::anyone}, std::pair{Callers::anyone, Callers::nobody},
        std::pair{Callers::anyone, Callers::anyone}}) {
    const Endpoint one{health,
                       {.details = details, .names = names, .routes = {rendered("/x", Probe::readiness, look)}}};
    (void)get(one, "/x");
  }

  EXPECT_THAT(seen, ElementsAre("1", "names database::0 1", "names details database:refused:1 1"));
}

TEST_F(RenderedTest, TellsThePhase) {
  const auto phase = [](const HealthView& view) { return Rendered{.body = std::string{view.phase()}}; };

  EXPECT_EQ(answer_of(phase).body, "serving");

  health.begin_shutdown("SIGTERM");

  EXPECT_EQ(answer_of(phase).body, "draining");
}

TEST_F(RenderedTest, IsAnInternalErrorWhereItThrowsOrBreaksHttp) {
  EXPECT_EQ(answer_of([](const HealthView&) -> Rendered { throw std::runtime_error{"secret"}; }).status, 500);
  EXPECT_EQ(answer_of([](const HealthView&) { return Rendered{.media_type = "text/plain\r\nX: y"}; }).status, 500);
  EXPECT_EQ(answer_of([](const HealthView&) { return Rendered{.status = 99}; }).status, 500);
}

TEST_F(RenderedTest, MustNotBeEmpty) { EXPECT_THROW((void)rendered("/x", vitals::Renderer{}), std::invalid_argument); }

}  // namespace
