// An answer without waiting comes once, or handing in the request throws.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>

#include "concurrency/allocation_failures_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using vitals::Probe;

/// An answer that the test waits for. Copies share one state.
class Awaited {
 public:
  void operator()(std::optional<vitals::HttpResponse> response) const {
    const TestCode test_code;
    state_->status = response ? response->status : 404;
    ++state_->calls;
  }
  [[nodiscard]] int calls() const { return state_->calls; }
  [[nodiscard]] int status() const { return state_->status; }

 private:
  struct State {
    std::atomic<int> calls = 0;
    std::atomic<int> status = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class EndpointTest : public AllocationFailuresTest {};

INSTANTIATE_TEST_SUITE_P(AllocationFailures, EndpointTest, both, name_of);

TEST_P(EndpointTest, CallsDoneOnceUnlessHandingInThrew) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    vitals::HealthRegistry health{{.answer_budget = 300ms}};
    health.add_readiness_check(long_name, [] {}, {.timeout = 200ms, .schedule = vitals::on_demand(0ms)});
    const vitals::Runner runner{health, quiet};
    const vitals::Endpoint endpoint{health};
    const Awaited done;
    vitals::PendingResponse pending;

    failing.begin();
    const bool handed_in =
        failing.attempt([&] { pending = endpoint.async_handle({.target = "/ready?verbose"}, done); });
    if (handed_in) {
      EXPECT_TRUE(eventually([&] { return done.calls() > 0; }));
    }
    failing.end();

    EXPECT_EQ(done.calls(), handed_in ? 1 : 0);
    if (handed_in) {
      EXPECT_THAT(done.status(), AnyOf(200, 500, 503));
    }
    EXPECT_TRUE(eventually([&] {
      const Awaited next;
      const auto waiting = endpoint.async_handle({.target = "/ready"}, next);
      return eventually([&] { return next.calls() > 0; }) && next.status() == 200;
    }));
    EXPECT_LE(done.calls(), 1);
  });
}

TEST_P(EndpointTest, EndsACallbackThatUsesTheRegistryWithoutItsLock) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    std::atomic<bool> ended = false;
    vitals::HealthRegistry health{{.answer_budget = 300ms}};
    health.add_readiness_check(long_name, [] {}, {.timeout = 200ms, .schedule = vitals::on_demand(0ms)});
    const vitals::Runner runner{health, quiet};
    const vitals::Endpoint endpoint{health};
    std::shared_ptr<void> at_its_end{nullptr, [&](void*) {
                                       const TestCode test_code;
                                       (void)health.report(Probe::readiness);
                                       ended = true;
                                     }};
    vitals::PendingResponse pending;

    failing.begin();
    failing.attempt(
        [&] { pending = endpoint.async_handle({.target = "/ready"}, [kept = std::move(at_its_end)](auto) {}); });
    EXPECT_TRUE(eventually([&] { return ended.load(); }));
    failing.end();
  });
}

TEST_P(EndpointTest, AnswersOrThrowsIfTheCallerWaits) {
  with_each_allocation_failing(GetParam(), [](FailingAllocation& failing) {
    vitals::HealthRegistry health{{.answer_budget = 300ms}};
    health.add_readiness_check(long_name, [] {}, {.timeout = 200ms, .schedule = vitals::on_demand(0ms)});
    const vitals::Runner runner{health, quiet};
    const vitals::Endpoint endpoint{health};
    std::optional<vitals::HttpResponse> response;

    failing.begin();
    const bool answered = failing.attempt([&] { response = endpoint.handle({.target = "/ready?verbose"}); });
    failing.end();

    if (answered) {
      EXPECT_THAT(response.value().status, AnyOf(200, 500, 503));
    }
    EXPECT_TRUE(eventually([&] { return endpoint.handle({.target = "/ready"}).value().status == 200; }));
  });
}

}  // namespace
}  // namespace vitals_test
