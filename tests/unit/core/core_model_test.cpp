// Drives the model of a service by hand: events and times in, verdicts and due times out.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/model/health_model.hpp"
#include "core/model/reports.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckOptions;
using vitals::CheckResult;
using vitals::every;
using vitals::Probe;
using vitals::Status;
using vitals::SteadyTime;
using vitals::detail::Check;
using vitals::detail::CheckOrder;
using vitals::detail::HealthModel;
using vitals::detail::MadeDue;
using vitals::detail::Moment;
using vitals::detail::Phase;
using vitals::detail::Readiness;
using vitals::detail::ResultArrived;
using vitals::detail::Returned;
using vitals::detail::Started;
using vitals::detail::TimePassed;

class ModelTest : public testing::Test {
 protected:
  static constexpr SteadyTime noon{1000h};

  std::shared_ptr<Check> add(const std::string& name, Probe probe, const CheckOptions& options = {}) {
    auto check =
        std::make_shared<Check>(model_.checks().next_id(), name, vitals::detail::rules_of(probe, options), false);
    model_.add(check, now_);
    settle();
    return check;
  }
  void run(Check& check, CheckResult result) {
    model_.apply(check, Started{}, now_);
    model_.apply(check, ResultArrived{vitals::detail::shared_result(std::move(result))}, now_);
    model_.apply(check, Returned{}, now_);
    settle();
  }
  void advance(vitals::Duration duration) { now_.steady += duration; }
  /// Does what a transaction does, without threads and listeners.
  void settle() {
    model_.checks().touch_expired(now_.steady);
    settle_touched();
    if (model_.life().ready_to_latch()) {
      model_.latch(now_);
      settle_touched();
    }
    model_.finish(now_);
  }
  Status status(Probe probe) const { return model_.verdict_of(probe, now_.steady).status; }

  Moment now_{noon, {}};
  HealthModel model_{{}, now_};

 private:
  void settle_touched() {
    for (auto* check = model_.checks().take_touched(); check != nullptr; check = check->next_touched) {
      if (check->state.phase == vitals::detail::RunPhase::running) model_.apply(*check, TimePassed{}, now_);
      model_.judge(*check, now_);
      check->touched = false;
      model_.book(*check, now_.steady);
    }
  }
};

TEST_F(ModelTest, ACheckThatNeverRanFailsReadiness) {
  add("database", Probe::readiness);

  EXPECT_EQ(status(Probe::readiness), Status::fail);
  EXPECT_EQ(status(Probe::liveness), Status::pass);
}

TEST_F(ModelTest, AResultCountsForItsProbe) {
  const auto check = add("database", Probe::readiness);

  run(*check, CheckResult::pass());

  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(ModelTest, ARunIsJudgedAtItsDeadline) {
  const auto check = add("database", Probe::readiness, {.timeout = 300ms, .schedule = every(5s)});
  model_.apply(*check, Started{}, now_);
  settle();

  EXPECT_EQ(model_.next_look(), noon + 300ms);
  EXPECT_EQ(model_.checks().first_expiry(Probe::readiness), noon + 300ms);
}

TEST_F(ModelTest, TimeAloneTouchesWhatItHasOvertaken) {
  const auto check = add("database", Probe::readiness, {.timeout = 300ms, .schedule = every(5s)});
  run(*check, CheckResult::pass());
  advance(16s);

  settle();

  EXPECT_EQ(status(Probe::readiness), Status::fail);
  EXPECT_EQ(check->verdict.condition, vitals::Condition::stale);
}

TEST_F(ModelTest, TouchedChecksAreProcessedOnceAndInOrderOfIds) {
  std::vector<std::shared_ptr<Check>> checks;
  for (int i = 0; i < 100; ++i) checks.push_back(add("check" + std::to_string(i), Probe::readiness));
  for (int i = 0; i < 100; ++i) model_.checks().touch(*checks[static_cast<std::size_t>(i * 37 % 100)]);
  model_.checks().touch(*checks[3]);

  std::vector<std::uint64_t> ids;
  for (auto* check = model_.checks().take_touched(); check != nullptr; check = check->next_touched)
    ids.push_back(check->id);

  ASSERT_EQ(ids.size(), 100U);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], checks[i]->id);
}

TEST_F(ModelTest, ARemovedCheckIsNowhereAnyMore) {
  const auto check = add("database", Probe::readiness, {.schedule = every(5s)});
  model_.apply(*check, Started{}, now_);

  const auto node = model_.remove(check->id);
  settle();

  EXPECT_FALSE(node.empty());
  EXPECT_EQ(model_.checks().find("database"), nullptr);
  EXPECT_EQ(model_.next_look(), SteadyTime::max());
  EXPECT_EQ(model_.checks().first_expiry(Probe::readiness), SteadyTime::max());
  EXPECT_EQ(status(Probe::readiness), Status::pass);
}

TEST_F(ModelTest, StartupSucceedsOnceAndForGood) {
  const auto check = add("cache", Probe::startup);
  run(*check, CheckResult::pass());
  ASSERT_TRUE(model_.life().latched.has_value());

  run(*check, CheckResult::fail("cold"));

  EXPECT_EQ(status(Probe::startup), Status::pass);
  const auto startup = report_of(model_, Probe::startup, now_);
  EXPECT_EQ(startup.find("cache")->status, Status::pass);
}

TEST_F(ModelTest, AShutdownFreezesWhatIsKnown) {
  const auto check = add("database", Probe::readiness);
  run(*check, CheckResult::pass());

  model_.shut_down("SIGTERM", Readiness::fails, now_);
  settle();

  const auto report = report_of(model_, Probe::readiness, now_);
  EXPECT_EQ(report.status(), Status::fail);
  EXPECT_EQ(report.reason(), "SIGTERM");
  EXPECT_EQ(report.find("database")->status, Status::pass);
  EXPECT_FALSE(model_.runs(*check));
}

TEST_F(ModelTest, AShutdownThatKeepsReadinessFreezesItAsItIsUntilItsLimit) {
  const auto check = add("database", Probe::readiness);
  run(*check, CheckResult::warn("slow"));
  model_.mark_announced(Probe::readiness, now_.steady);

  model_.shut_down("SIGTERM", Readiness::stays, now_);
  run(*check, CheckResult::fail("torn down"));

  EXPECT_EQ(status(Probe::readiness), Status::warn);
  const auto report = report_of(model_, Probe::readiness, now_);
  EXPECT_EQ(report.find("database")->message, "slow");
  EXPECT_FALSE(model_.change_of(Probe::readiness, now_.steady));
  EXPECT_EQ(model_.life().phase(), Phase::draining);
  advance(5min);
  EXPECT_EQ(status(Probe::readiness), Status::warn);
  advance(1ns);
  EXPECT_EQ(status(Probe::readiness), Status::fail);
  EXPECT_EQ(report_of(model_, Probe::readiness, now_).reason(), "shutdown overran");
}

TEST_F(ModelTest, AnAnswerChangesWithAResultAndNotWithTheBeginningOfARun) {
  const auto check = add("database", Probe::readiness, {.schedule = every(5s)});
  run(*check, CheckResult::pass());
  (void)model_.take_changed();
  advance(5s);

  model_.apply(*check, Started{}, now_);
  settle();
  EXPECT_FALSE(model_.take_changed());
  model_.apply(*check, ResultArrived{vitals::detail::shared_result(CheckResult::pass())}, now_);
  settle();

  EXPECT_TRUE(model_.take_changed());
}

TEST(CheckOrderTest, SortsByTheMomentAndThenByTheId) {
  CheckOrder order;
  const auto rules = vitals::detail::rules_of(Probe::readiness, {});
  Check third{3, "third", rules, false};
  Check first{1, "first", rules, false};
  Check second{2, "second", rules, false};
  order.move(third.look, SteadyTime{1s});
  order.move(second.look, SteadyTime{2s});
  order.move(first.look, SteadyTime{2s});
  std::vector<std::string> names;

  order.each_until(SteadyTime{2s}, [&](const Check& check) { return names.push_back(check.name), true; });

  EXPECT_EQ(names, (std::vector<std::string>{"third", "first", "second"}));
  for (auto* check : {&first, &second, &third}) order.move(check->look, SteadyTime::max());
  EXPECT_TRUE(order.empty());
}

}  // namespace
