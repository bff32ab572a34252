// Secrets in every text that comes from outside, searched for in everything that leaves the library.

#include <chrono>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/health_event.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/lifecycle.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/responses.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// A text that says where it comes from, a secret that the library knows the form of, and one that only the
/// application knows: a number of 16 digits.
std::string planted(std::string_view where) {
  return std::string{where} + " pg://app:HIDDEN@db \"password\":\"HIDDEN\" card 4000111122223333";
}

std::string without_card_numbers(std::string_view text) {
  std::string shown{text};
  for (std::size_t at = 0; (at = shown.find("4000111122223333")) != std::string::npos;) shown.replace(at, 16, "(card)");
  return shown;
}

/// A service with a secret in every field. Everything that it says is collected in `said_`.
class PlantedSecretsTest : public testing::Test {
 protected:
  PlantedSecretsTest() {
    health_.add_readiness_check("message", [] { return CheckResult::warn(planted("message")); });
    health_.add_readiness_check("datum", [] { return CheckResult::warn().with("text", planted("datum")); });
    health_.add_readiness_check("exception", [] { throw std::runtime_error{planted("exception")}; });
    health_.add_liveness_check("boolean", [](const CheckContext&) { return true; });
    health_.add_readiness_check(
        "thrown", [](const CheckContext&, const CheckCompletion&) { throw std::runtime_error{planted("thrown")}; });
    health_.add_readiness_check("completed", [this](const CheckContext&, CheckCompletion done) { done_ = done; });
    health_.add_readiness_check("initial", PushedCheck{CheckResult::fail(planted("initial"))});
    health_.add_readiness_check("pushed", pushed_);
    health_.add_liveness_check("group", group_, {.critical = false});
    lifecycle_.on_stop("callback", [] { throw std::runtime_error{planted("callback")}; });
  }

  void live() {
    health_.run_due();
    (*done_)(CheckResult::fail(planted("completed")));
    pushed_.set(CheckResult::fail(planted("pushed")));
    clock_.advance(6s);
    look();
    lifecycle_.begin_shutdown(planted("shutdown"));
    lifecycle_.step();
    look();
    lifecycle_.shorten(planted("shorten"));
    lifecycle_.step();
    look();
  }
  void look() {
    health_.run_due();
    for (const auto probe : {Probe::liveness, Probe::readiness, Probe::startup}) said_ << health_.report(probe) << '\n';
    for (const auto* const target : {"/ready?verbose", "/healthz?verbose", "/health"})
      for (const auto* const accept : {"", "application/health+json"})
        said_ << get(endpoint_, target, accept).body << '\n';
    for (const auto* const check : {"/ready/message", "/ready/datum", "/healthz/group"})
      said_ << get(endpoint_, check, "application/json").body << get(endpoint_, check).body << '\n';
  }

  ManualClock clock_;
  std::ostringstream said_;
  HealthRegistry health_{{.clock = clock_, .redact = without_card_numbers}};
  PushedCheck pushed_{true};
  HeartbeatGroup group_{5s};
  Heartbeat worker_ = group_.add("worker token=HIDDEN");
  std::optional<CheckCompletion> done_;
  Endpoint endpoint_{health_, {.details = Callers::anyone}};
  Subscription logged_ = health_.on_change(log_changes(said_));
  Subscription heard_ = health_.on_change([this](const HealthEvent& event) { said_ << event.reason << '\n'; });
  Lifecycle lifecycle_{health_,
                       {.log = [this](std::string_view line) { said_ << line << '\n'; },
                        .on_event = [this](const LifecycleEvent& event) { said_ << event.reason << '\n'; }}};
};

TEST_F(PlantedSecretsTest, AreInNothingThatIsSaid) {
  live();

  const auto said = said_.str();
  EXPECT_EQ(said.find("HIDDEN"), std::string::npos);
  EXPECT_EQ(said.find("4000111122223333"), std::string::npos);
}

// So that the test above doesn't pass for want of texts.
TEST_F(PlantedSecretsTest, LeaveTheRestOfEachTextReadable) {
  live();

  const auto said = said_.str();
  for (const auto* const where :
       {"message", "datum", "exception", "thrown", "completed", "initial", "pushed", "shutdown", "shorten", "callback"})
    EXPECT_NE(said.find(std::string{where} + " pg://app:***@db \"password\":\"***\" card (card)"), std::string::npos)
        << where;
  EXPECT_NE(said.find("worker token=***"), std::string::npos);
}

TEST(WithheldTextTest, IsWhatALifecycleLogsIfTheRedactorThrows) {
  const ManualClock clock;
  HealthRegistry health{{.clock = clock, .redact = [](std::string_view text) -> std::string { throw text; }}};
  std::string log;
  Lifecycle lifecycle{health, {.propagation_delay = 0s, .log = [&](std::string_view line) { log += line; }}};
  lifecycle.on_stop("worker", [] { throw std::runtime_error{"disk /dev/sda1"}; });

  lifecycle.begin_shutdown("by Alice");
  lifecycle.step();

  EXPECT_THAT(log, HasSubstr("failed: text withheld: redact threw"));
  EXPECT_THAT(log, HasSubstr("(text withheld: redact threw)"));
  EXPECT_THAT(log, Not(HasSubstr("sda1")));
  EXPECT_THAT(log, Not(HasSubstr("Alice")));
}

}  // namespace
}  // namespace vitals::test
