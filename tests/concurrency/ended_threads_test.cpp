// User code that ends its thread: its run fails, and nothing else is affected.

#include <chrono>
#include <pthread.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core/scheduler_lease.hpp"
#include "core/work/work_counts.hpp"
#include "support/eventually.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

void end_thread() { pthread_exit(nullptr); }
/// Takes effect at the next cancellation point, wherever that is.
void cancel_thread() { pthread_cancel(pthread_self()); }
/// Doesn't wait in a call such as pause(): ThreadSanitizer would take the thread to be still inside it.
void cancel_thread_and_wait() {
  cancel_thread();
  for (;;) pthread_testcancel();
}
void cancel_thread_that_refuses() {
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  cancel_thread();
}

class EndedThreadTest : public testing::TestWithParam<void (*)()> {
 protected:
  /// The message of a check, as soon as it has a result.
  std::string message_of(const char* name) {
    std::string message;
    EXPECT_TRUE(vitals_test::eventually([&] {
      const auto report = health_.report(name);
      message = report.message;
      return report.condition == Condition::fresh;
    })) << name;
    return message;
  }

  HealthRegistry health_;
};

INSTANTIATE_TEST_SUITE_P(Ways, EndedThreadTest,
                         testing::Values(end_thread, cancel_thread, cancel_thread_and_wait,
                                         cancel_thread_that_refuses));

TEST_P(EndedThreadTest, OfACheckFailsItsRun) {
  health_.add_readiness_check("check", [end = GetParam()] { end(); });
  const Runner runner{health_};

  EXPECT_THAT(message_of("check"), HasSubstr("ended its thread"));
}

TEST_P(EndedThreadTest, OfTheFunctionOfAnAsynchronousCheckFailsItsRun) {
  std::vector<CheckCompletion> kept;
  health_.add_readiness_check("check", [&, end = GetParam()](const CheckContext&, CheckCompletion done) {
    kept.push_back(std::move(done));
    end();
  });
  const Runner runner{health_};

  EXPECT_THAT(message_of("check"), HasSubstr("ended its thread"));
}

// More checks than there may be threads.
TEST_P(EndedThreadTest, FreesItsPlaceForOthers) {
  Counter ends;
  Counter others;
  health_.add_readiness_check("ends",
                              [&, end = GetParam()] {
                                ends.add();
                                end();
                              },
                              {.schedule = every(1ms)});
  health_.add_readiness_check("other", [&] { others.add(); }, {.schedule = every(1ms)});
  {
    const Runner runner{health_};

    ends.await(static_cast<int>(detail::RunCounts::max_threads) + 50);
    others.await(others.value() + 5);
  }

  EXPECT_EQ(message_of("other"), "");
}

TEST_P(EndedThreadTest, OfAListenerKeepsNoEventFromOthers) {
  Counter ending;
  Counter told;
  const auto ends = health_.on_change([&, end = GetParam()](const HealthEvent&) {
    ending.add();
    end();
  });
  const auto other = health_.on_change([&](const HealthEvent&) { told.add(); });
  const Runner runner{health_};
  ending.await(3);  // the present state of each probe
  told.await(3);

  health_.begin_shutdown("update");

  ending.await(4);
  told.await(4);
}

TEST_P(EndedThreadTest, OfALogFunctionDoesNotStopTheLog) {
  Counter lines;
  detail::SchedulerLease lease{detail::state_of(health_), [&, end = GetParam()](std::string_view) {
                                 lines.add();
                                 end();
                               }};

  for (const auto* line : {"one", "two", "three"}) lease.log(line);

  lines.await(3);
}

TEST(EndedThreadOfTheHostTest, LeavesTheRegistryInOrder) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  bool ends = true;
  health.add_readiness_check("check", [&] {
    if (ends) end_thread();
  });

  std::thread{[&] { health.run_due(); }}.join();

  EXPECT_THAT(health.report("check").message, HasSubstr("ended its thread"));
  ends = false;
  clock.advance(1min);
  health.run_due();
  EXPECT_EQ(health.report(Probe::readiness).status(), Status::pass);
}

TEST(EndedThreadOfTheHostTest, KeepsItsCancellationState) {
  ManualClock clock;
  HealthRegistry health{{.clock = clock}};
  int inside = -1;
  int afterwards = -1;
  health.add_readiness_check("check", [&] { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &inside); });

  std::thread{[&] {
    health.run_due();
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &afterwards);
  }}.join();

  EXPECT_EQ(inside, PTHREAD_CANCEL_ENABLE);
  EXPECT_EQ(afterwards, PTHREAD_CANCEL_DISABLE) << "as the check left it";
}

}  // namespace
}  // namespace vitals::test
