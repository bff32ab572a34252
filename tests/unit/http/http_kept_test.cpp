#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/state/checks.hpp"
#include "support/probe.hpp"
#include "support/responses.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthRegistry;
using vitals::Heartbeat;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::SteadyTime;
using vitals::detail::state_of;
using vitals::test::Gate;
using vitals::test::get;
using vitals::test::ManualClock;

/// JSON bodies contain the time when they were written: a body with an earlier time was kept.
class KeptAnswersTest : public testing::Test {
 protected:
  std::string ready() const { return get(endpoint, "/ready", "application/json").body; }

  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  Endpoint endpoint{health};
};

TEST_F(KeptAnswersTest, AreKeptWhileNothingChanges) {
  health.add_readiness_check("flag", PushedCheck{CheckResult::pass()});
  const auto first = ready();

  clock.advance(1h);

  EXPECT_EQ(ready(), first);
}

TEST_F(KeptAnswersTest, AreWrittenAgainWhenAResultIsSet) {
  const PushedCheck flag{CheckResult::pass()};
  health.add_readiness_check("flag", flag);
  ASSERT_THAT(ready(), HasSubstr(R"("flag":[{"status":"pass")"));

  flag.set(CheckResult::warn());

  EXPECT_THAT(ready(), HasSubstr(R"("flag":[{"status":"warn")"));
}

TEST_F(KeptAnswersTest, AreWrittenAgainWhenACheckIsAddedOrRemoved) {
  const auto empty = ready();

  const auto handle = health.add_readiness_check("flag", PushedCheck{CheckResult::pass()});
  EXPECT_THAT(ready(), HasSubstr("flag"));

  handle.remove();
  EXPECT_EQ(ready(), empty);
}

TEST_F(KeptAnswersTest, AreWrittenAgainWhenTimeAloneChangesAVerdict) {
  health.add_readiness_check("flag", PushedCheck{CheckResult::pass(), {.valid_for = 30s}});
  const auto first = ready();

  clock.advance(29s);
  EXPECT_EQ(ready(), first);

  clock.advance(2s);
  EXPECT_THAT(ready(), HasSubstr(R"("condition":"stale")"));
}

TEST_F(KeptAnswersTest, AreWrittenAgainWithEachPhaseAndWithWhatIsAwaited) {
  const auto all = [&] { return get(endpoint, "/health").body; };
  EXPECT_THAT(all(), HasSubstr(R"("phase":{"name":"serving")"));

  const PushedCheck hold{CheckResult::fail()};
  health.add_startup_check("hold", hold);
  EXPECT_THAT(all(), HasSubstr(R"("phase":{"name":"starting")"));

  clock.advance(1h);
  hold.set(CheckResult::pass());
  EXPECT_THAT(all(), HasSubstr(R"("phase":{"name":"serving","since":"2026-01-01T01:00:00.000Z"})"));

  health.begin_shutdown("SIGTERM");
  EXPECT_THAT(all(), HasSubstr(R"("phase":{"name":"draining","since":"2026-01-01T01:00:00.000Z"})"));

  set_awaited(*state_of(health), {.in_flight = 2, .callbacks = {"web"}});
  EXPECT_THAT(all(), HasSubstr(R"("inFlight":2,"callbacks":["web"]})"));
}

TEST_F(KeptAnswersTest, AreWrittenAgainWithTheStatisticsOfEachResult) {
  health.add_readiness_check("broken", [] { return false; }, {.schedule = vitals::every(10s), .failure_threshold = 3});
  const Endpoint with_details{health, {.details = vitals::Callers::anyone}};

  for (const std::string results : {"1", "2"}) {
    health.run_due();
    EXPECT_THAT(get(with_details, "/health").body,
                HasSubstr(R"("critical":true,"failuresInARow":)" + results +
                          R"(,"failureThreshold":3,"durationSeconds":0.0,"results":)" + results + R"(,"failures":)" +
                          results + R"(,"timeouts":0})"));
    clock.advance(12s);
  }
}

TEST_F(KeptAnswersTest, MayBeRequestedByUserCodeThatWritingThemTriggers) {
  std::latch started{1};
  Gate finish;
  int status = 0;
  health.add_readiness_check("hung", [&](const vitals::CheckContext& context) {
    const std::stop_callback asks{context.stop_token(), [&] { status = get(endpoint, "/healthz").status; }};
    started.count_down();
    finish.wait();
  });
  std::jthread runner{[&] { health.run_due(); }};
  started.wait();

  clock.advance(1s);  // overdue: the next probe requests its stop
  EXPECT_EQ(get(endpoint, "/healthz").status, 200);

  EXPECT_EQ(status, 200);
  finish.open();
}

TEST_F(KeptAnswersTest, AreWrittenAgainWhenAHeartbeatIsSilent) {
  const Heartbeat beat{5s};
  health.add_readiness_check("loop", beat);
  EXPECT_EQ(get(endpoint, "/ready").status, 200);

  clock.advance(6s);

  EXPECT_EQ(get(endpoint, "/ready").status, 503);
}

TEST_F(KeptAnswersTest, AreWrittenAgainWhenASilentHeartbeatBeatsAgain) {
  const Heartbeat beat{5s};
  health.add_readiness_check("loop", beat);
  clock.advance(6s);
  ASSERT_EQ(get(endpoint, "/ready").status, 503);

  beat.beat();

  EXPECT_EQ(get(endpoint, "/ready").status, 200);
}

TEST_F(KeptAnswersTest, AreNeverOlderThanTheLastChange) {
  const PushedCheck flag{CheckResult::pass()};
  health.add_readiness_check("flag", flag);
  std::atomic<bool> stop = false;
  const auto ask = [&] {
    while (!stop) (void)get(endpoint, "/ready");
  };
  std::thread first{ask};
  std::thread second{ask};

  int wrong = 0;
  for (int i = 0; i < 500; ++i) {
    flag.set(CheckResult::fail());
    wrong += get(endpoint, "/ready").status != 503;
    flag.set(CheckResult::pass());
    wrong += get(endpoint, "/ready").status != 200;
  }
  stop = true;
  first.join();
  second.join();

  EXPECT_EQ(wrong, 0);
}

/// Stops one thread whenever it reads the time, which the registry does with its mutex locked.
class StoppingClock final : public vitals::Clock::Source {
 public:
  SteadyTime steady_now() const noexcept override {
    if (std::this_thread::get_id() == stopped_thread.load()) {
      inside = true;
      inside.notify_all();
      gate.wait();
    }
    return SteadyTime{1h};
  }
  vitals::WallTime wall_now() const noexcept override { return {}; }

  std::atomic<std::thread::id> stopped_thread;
  mutable std::atomic<bool> inside = false;
  mutable std::latch gate{1};
};

TEST(KeptAnswersLockTest, AreGivenWhileTheRegistryIsLocked) {
  const auto clock = std::make_shared<StoppingClock>();
  HealthRegistry health{{.clock = vitals::Clock{clock}}};
  health.add_readiness_check("flag", PushedCheck{CheckResult::pass()});
  const Endpoint endpoint{health};
  ASSERT_EQ(get(endpoint, "/ready").status, 200);
  std::thread holder{[&] {
    clock->stopped_thread = std::this_thread::get_id();
    (void)health.report(Probe::readiness);
  }};
  clock->inside.wait(false);

  const auto reply = get(endpoint, "/ready");

  EXPECT_EQ(reply.status, 200);
  clock->gate.count_down();
  holder.join();
}

TEST_F(KeptAnswersTest, BelongToOneEndpoint) {
  const Endpoint open{health, {.details = vitals::Callers::anyone}};
  health.add_readiness_check("flag", PushedCheck{CheckResult::fail("refused")});

  EXPECT_EQ(get(endpoint, "/ready?verbose").body, "[-]flag failed: reason withheld\nService Unavailable\n");
  EXPECT_EQ(get(open, "/ready?verbose").body, "[-]flag failed: refused\nService Unavailable\n");
}

}  // namespace
