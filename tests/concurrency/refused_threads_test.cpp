// A system that refuses to create threads for a while: every wait is bounded, and nothing is lost. In a program of its
// own, because it replaces pthread_create().

#include <atomic>
#include <cerrno>
#include <chrono>
#include <dlfcn.h>
#include <future>
#include <memory>
#include <optional>
#include <pthread.h>

#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/eventually.hpp"

namespace {

std::atomic<bool> refuses = false;
std::atomic<int> refused = 0;

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                              void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  if (!refuses) return create(thread, attributes, start, argument);
  ++refused;
  return EAGAIN;
}

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

constexpr auto generous = 30s;

class RefusedThreadsTest : public testing::Test {
 protected:
  RefusedThreadsTest() { refused = 0; }
  ~RefusedThreadsTest() override { refuses = false; }

  /// Sends a probe on a thread of its own.
  std::future<int> ask() {
    return std::async(std::launch::async, [this] { return endpoint_.handle({"GET", "/ready"})->status; });
  }

  vitals::HealthRegistry health_;
  vitals::Endpoint endpoint_{health_};
};

TEST_F(RefusedThreadsTest, TheEndOfTheLastRunnerAnswersPendingProbesAndStopsRuns) {
  std::atomic<bool> runs = false;
  std::atomic<bool> stopped = false;
  const auto hangs = [&](const vitals::CheckContext& context) {
    runs = true;
    stopped = eventually([&] { return context.stop_token().stop_requested(); });
  };
  const vitals::ScopedCheck check = health_.add_readiness_check("hangs", hangs, {.timeout = 700ms});
  std::optional<vitals::Runner> runner{health_};
  ASSERT_TRUE(eventually([&] { return runs.load(); }));
  auto answer = ask();
  std::promise<int> status;
  const auto pending = endpoint_.async_handle(
      {"GET", "/ready"},
      [&](const std::optional<vitals::HttpResponse>& response) { status.set_value(response->status); });

  refuses = true;
  const auto subscription = health_.on_change([](const vitals::HealthEvent&) {});  // needs a thread
  EXPECT_TRUE(eventually([] { return refused > 0; }));
  runner.reset();
  refuses = false;

  EXPECT_EQ(answer.wait_for(generous), std::future_status::ready);
  EXPECT_EQ(status.get_future().wait_for(generous), std::future_status::ready);
  EXPECT_TRUE(eventually([&] { return stopped.load(); }));
}

TEST_F(RefusedThreadsTest, AProbeDoesNotWaitWithoutATimer) {
  const vitals::Runner runner{health_};
  std::atomic<int> runs = 0;
  {
    const vitals::ScopedCheck warm =
        health_.add_readiness_check("warm", [&] { ++runs; }, {.schedule = vitals::every(20ms)});
    ASSERT_TRUE(eventually([&] { return runs > 1; }));
  }
  std::atomic<bool> released = false;
  std::promise<void> go;
  auto answer = std::async(std::launch::async, [&, started = go.get_future().share()] {
    started.wait();
    return endpoint_.handle({"GET", "/ready"})->status;
  });
  refuses = true;
  const vitals::ScopedCheck hangs = health_.add_readiness_check(
      "hangs", [&] { eventually([&] { return released.load(); }); }, {.schedule = vitals::on_demand(0s)});

  go.set_value();

  EXPECT_EQ(answer.wait_for(generous), std::future_status::ready);
  released = true;
  refuses = false;
}

TEST_F(RefusedThreadsTest, EventsAreDeliveredOnceThereAreThreadsAgain) {
  const vitals::PushedCheck flag{vitals::CheckResult::pass()};
  health_.add_readiness_check("feed", flag);
  const vitals::Runner runner{health_};
  std::atomic<int> told = 0;
  refuses = true;
  const auto subscription = health_.on_change([&](const vitals::HealthEvent&) { ++told; });
  flag.set(vitals::CheckResult::fail());
  EXPECT_TRUE(eventually([] { return refused > 1; }));
  EXPECT_EQ(told, 0);

  refuses = false;
  flag.set(vitals::CheckResult::pass());

  EXPECT_TRUE(eventually([&] { return told >= 5; })) << told;
}

TEST_F(RefusedThreadsTest, ADueCheckRunsOnceThereAreThreadsAgain) {
  std::atomic<int> runs = 0;
  std::atomic<int> others = 0;
  health_.add_readiness_check("others", [&] { ++others; }, {.schedule = vitals::every(5ms)});
  const vitals::Runner runner{health_};
  ASSERT_TRUE(eventually([&] { return others > 0; }));
  refuses = true;
  std::atomic<bool> released = false;
  const vitals::ScopedCheck hangs =
      health_.add_readiness_check("hangs", [&] { eventually([&] { return released.load(); }); });
  const vitals::ScopedCheck check = health_.add_readiness_check("late", [&] { ++runs; });
  EXPECT_TRUE(eventually([] { return refused > 0; }));

  refuses = false;

  EXPECT_TRUE(eventually([&] { return runs > 0; }));
  released = true;
}

}  // namespace
}  // namespace vitals_test
