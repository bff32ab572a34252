// An application's own redactor: what it sees, and what is shown of it.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::CheckCompletion;
using vitals::CheckContext;
using vitals::CheckResult;
using vitals::every;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::RegistryOptions;
using vitals::Status;
using vitals::test::ManualClock;

class RedactorTest : public testing::Test {
 protected:
  vitals::CheckReport run(std::function<CheckResult()> check) {
    health_->add_readiness_check("check", std::move(check));
    health_->run_due();
    return health_->report("check");
  }

  ManualClock clock_;
  std::vector<std::string> seen_;
  std::function<std::string(std::string_view)> redact_ = [](std::string_view text) {
    return "<" + std::string{text} + ">";
  };
  std::optional<HealthRegistry> health_{std::in_place, RegistryOptions{.clock = clock_, .redact = [this](auto text) {
                                                                         seen_.emplace_back(text);
                                                                         return redact_(text);
                                                                       }}};
};

TEST_F(RedactorTest, ChangesMessagesAndTextData) {
  const auto check =
      run([] { return CheckResult::warn("slow").with("host", "db1").with("depth", 3).with("up", true); });

  EXPECT_EQ(check.status, Status::warn);
  EXPECT_EQ(check.message, "<slow>");
  EXPECT_EQ(check.data, CheckResult::pass().with("host", "<db1>").with("depth", 3).with("up", true).data());
}

TEST_F(RedactorTest, ChangesTheTextsOfExceptions) {
  EXPECT_EQ(run([]() -> CheckResult { throw std::runtime_error{"refused"}; }).message, "<refused>");
}

TEST_F(RedactorTest, ChangesTheResultsOfAsynchronousChecks) {
  std::vector<CheckCompletion> kept;
  health_->add_readiness_check("later", [&](const CheckContext&, CheckCompletion done) { kept.push_back(done); });
  health_->add_readiness_check(
      "throws", [](const CheckContext&, const CheckCompletion&) { throw std::runtime_error{"refused"}; });
  health_->run_due();

  kept.front()(CheckResult::fail("no answer"));

  EXPECT_EQ(health_->report("later").message, "<no answer>");
  EXPECT_EQ(health_->report("throws").message, "<refused>");
}

TEST_F(RedactorTest, ChangesTheReasonOfAShutdown) {
  health_->begin_shutdown("moved to host7");

  EXPECT_EQ(health_->report(Probe::readiness).reason(), "<moved to host7>");
}

TEST_F(RedactorTest, SeesWhatTheRulesOfTheLibraryHaveLeft) {
  run([] { return CheckResult::fail("can't reach pg://app:secret@db"); });
  health_->begin_shutdown("token=abc\n");

  EXPECT_THAT(seen_, ElementsAre("can't reach pg://app:***@db", "token=*** "));
}

TEST_F(RedactorTest, ThatThrowsWithholdsTheText) {
  redact_ = [](std::string_view text) -> std::string { throw std::runtime_error{std::string{text}}; };

  const auto check = run([] { return CheckResult::warn("slow").with("host", "db1").with("depth", 3); });
  health_->begin_shutdown("moved to host7");

  EXPECT_EQ(check.status, Status::warn);
  EXPECT_EQ(check.message, "text withheld: redact threw");
  EXPECT_EQ(check.data, CheckResult::pass().with("host", "text withheld: redact threw").with("depth", 3).data());
  EXPECT_EQ(health_->report(Probe::readiness).reason(), "text withheld: redact threw");
}

TEST_F(RedactorTest, ReturnsTextThatIsMadeSafe) {
  redact_ = [](std::string_view) { return "a\n\xFF" + std::string(2000, 'b'); };

  const auto message = run([] { return CheckResult::fail("x"); }).message;
  health_->begin_shutdown("x");

  EXPECT_EQ(message, "a \xEF\xBF\xBD" + std::string(1019, 'b'));
  EXPECT_EQ(health_->report(Probe::readiness).reason(), message);
}

TEST_F(RedactorTest, MayLeaveNothing) {
  redact_ = [](std::string_view) { return std::string{}; };
  health_->add_liveness_check("check", [] { return CheckResult::warn("slow"); });
  health_->run_due();

  health_->begin_shutdown("moved to host7");

  EXPECT_EQ(health_->report("check").message, "");
  EXPECT_EQ(health_->report(Probe::readiness).reason(), "shutting down");
}

TEST_F(RedactorTest, IsNotCalledWithoutText) {
  health_->add_liveness_check("silent", [] { return CheckResult::fail().with("depth", 3).with("host", ""); });
  run([] { return CheckResult::fail().with("host", "db1"); });
  health_->begin_shutdown("");

  EXPECT_THAT(seen_, ElementsAre("db1"));
}

TEST_F(RedactorTest, IsNotCalledForTextsOfTheLibrary) {
  std::optional<CheckCompletion> done;
  health_->add_readiness_check("dropped", [](const CheckContext&, const CheckCompletion&) {});
  health_->add_readiness_check("late", [&](const CheckContext&, CheckCompletion completion) { done = completion; });
  health_->add_liveness_check("worker", Heartbeat{5s});
  health_->run_due();
  clock_.advance(1min);

  EXPECT_EQ(health_->report("dropped").status, Status::fail);
  EXPECT_EQ(health_->report("late").status, Status::fail);
  EXPECT_EQ(health_->report("worker").status, Status::fail);
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(RedactorTest, IsNotCalledForResultsThatAreDropped) {
  std::optional<CheckCompletion> removed;
  const auto handle = health_->add_readiness_check(
      "removed", [&](const CheckContext&, CheckCompletion done) { removed = std::move(done); });
  std::optional<CheckCompletion> orphaned;
  health_->add_readiness_check("orphaned",
                               [&](const CheckContext&, CheckCompletion done) { orphaned = std::move(done); });
  health_->run_due();

  vitals::CheckHandle itself;
  itself = health_->add_readiness_check("itself", [&] {
    itself.remove();
    return CheckResult::fail("late");
  });
  health_->run_due();
  handle.remove();
  (*removed)(CheckResult::fail("late"));
  health_.reset();
  (*orphaned)(CheckResult::fail("late"));

  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(RedactorTest, MayCallTheRegistry) {
  redact_ = [&](std::string_view text) {
    const auto ready = health_->report(Probe::readiness).status();
    health_->add_readiness_check("added-" + std::to_string(seen_.size()), [] {});
    return std::string{text} + " while " + std::string{to_string(ready)};
  };
  std::vector<CheckCompletion> kept;
  health_->add_readiness_check("later", [&](const CheckContext&, CheckCompletion done) { kept.push_back(done); });
  const PushedCheck flag{CheckResult::fail("empty")};

  health_->add_readiness_check("flag", flag);
  run([] { return CheckResult::fail("down"); });
  kept.front()(CheckResult::fail("no answer"));
  flag.set(CheckResult::fail("full"));
  health_->begin_shutdown("over");

  EXPECT_THAT(seen_, ElementsAre("empty", "down", "no answer", "full", "over"));
  EXPECT_EQ(health_->report("flag").message, "full while fail");
  EXPECT_EQ(health_->report(Probe::readiness).reason(), "over while fail");
}

TEST_F(RedactorTest, GivesEventsTheTextThatReportsHave) {
  std::vector<std::string> reasons;
  const auto subscription = health_->on_change([&](const vitals::HealthEvent& event) {
    if (event.is_check()) reasons.push_back(event.reason);
  });

  run([] { return CheckResult::fail("down"); });

  EXPECT_THAT(reasons, ElementsAre("<down>"));
}

}  // namespace
