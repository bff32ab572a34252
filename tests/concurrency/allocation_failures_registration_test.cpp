// A registration without memory leaves nothing behind; any other registers the check.

#include <atomic>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/text_list.hpp>

#include "concurrency/allocation_failures_fixture.hpp"
#include "support/has_check.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::Probe;
using vitals::Status;

/// A registry with a check and a listener, before and after a registration that may fail.
class Host {
 public:
  explicit Host(bool with_runner) {
    if (with_runner) runner_ = std::make_unique<vitals::Runner>(health_, quiet);
    health_.add_readiness_check(other_name, other_);
  }

  [[nodiscard]] vitals::HealthRegistry& health() { return health_; }
  [[nodiscard]] const EventRecord& events() const { return events_; }

  /// Waits until the condition holds, calling run_due() meanwhile if there is no Runner; false if it doesn't.
  template <class Condition>
  bool comes_to_be(Condition is_so) {
    return eventually([&] {
      if (!runner_) health_.run_due();
      return is_so();
    });
  }
  /// Whether a new event is delivered: then all earlier ones have been, too.
  bool tells_of_the_other_check() {
    const auto result = other_.get().status() == Status::pass ? CheckResult::fail(reason) : CheckResult::pass();
    other_.set(result);
    return comes_to_be([&] { return events_.last(Probe::readiness, other_name) == result.status(); });
  }

 private:
  const EventRecord events_ = {};
  const vitals::PushedCheck other_{CheckResult::pass()};
  vitals::HealthRegistry health_;
  const vitals::Subscription subscription_ = health_.on_change(events_);
  std::unique_ptr<vitals::Runner> runner_;
};

/// @param check  Must pass from the beginning.
template <class Check>
void expect_strong_guarantee(FailingAllocation& failing, Host& host, Probe probe, const Check& check) {
  auto& health = host.health();
  const auto add = [&] {
    if (probe == Probe::liveness)
      health.add_liveness_check(long_name, check);
    else
      health.add_readiness_check(long_name, check);
  };

  failing.begin();
  const bool added = failing.attempt(add);
  failing.end();

  if (!added) {
    EXPECT_FALSE(vitals_test::has_check(health, probe, long_name));
    EXPECT_TRUE(host.tells_of_the_other_check());
    EXPECT_FALSE(host.events().mentions(long_name));
    add();
  }
  EXPECT_TRUE(host.comes_to_be([&] { return host.events().last(probe, long_name) == Status::pass; }));
  EXPECT_THAT(health.report(long_name), vitals::test::IsPass());
  EXPECT_TRUE(host.tells_of_the_other_check());
  host.events().expect_chains();
}

struct Registration {
  Probe probe;
  bool with_runner;
};

void PrintTo(const Registration& registration, std::ostream* out) {
  *out << registration.probe << (registration.with_runner ? ", with a Runner" : ", without a Runner");
}

class RegistrationTest : public testing::TestWithParam<Registration> {
 protected:
  /// @param make_check  Makes a new check for each attempt.
  template <class MakeCheck>
  static void expect_strong_guarantee_of(MakeCheck make_check) {
    with_each_allocation_failing(Allocating::test, [&](FailingAllocation& failing) {
      const auto check = make_check();
      Host host{GetParam().with_runner};
      expect_strong_guarantee(failing, host, GetParam().probe, check);
    });
  }
};

TEST_P(RegistrationTest, OfAFunctionHappensOrNot) {
  expect_strong_guarantee_of([] { return [text = reason] { return CheckResult::pass(text); }; });
}

TEST_P(RegistrationTest, OfAFlagHappensOrNot) {
  expect_strong_guarantee_of([] { return vitals::PushedCheck{CheckResult::pass(reason)}; });
}

TEST_P(RegistrationTest, OfAHeartbeatHappensOrNot) {
  expect_strong_guarantee_of([] { return vitals::Heartbeat{1h}; });
}

TEST_P(RegistrationTest, OfAGroupHappensOrNot) {
  expect_strong_guarantee_of([] { return vitals::HeartbeatGroup{1h}; });
}

std::string name_of_registration(const testing::TestParamInfo<Registration>& info) {
  return std::string{info.param.probe == Probe::liveness ? "Liveness" : "Readiness"} +
         (info.param.with_runner ? "WithARunner" : "WithoutARunner");
}

INSTANTIATE_TEST_SUITE_P(AllocationFailures, RegistrationTest,
                         testing::Values(Registration{Probe::readiness, false}, Registration{Probe::readiness, true},
                                         Registration{Probe::liveness, false}, Registration{Probe::liveness, true}),
                         name_of_registration);

// Nothing asks for a report here: registering the check must make a thread run it.
TEST(FirstRegistrationTest, HasItsCheckRunIfItHappens) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    std::atomic<int> runs = 0;
    vitals::HealthRegistry health;
    const vitals::Runner runner{health, quiet};
    const auto add = [&] { health.add_readiness_check(long_name, [&] { ++runs; }); };

    failing.begin();
    const bool added = failing.attempt(add);
    failing.end();

    if (!added) add();
    EXPECT_TRUE(eventually([&] { return runs > 0; }));
  });
}

// AddressSanitizer would report what it leaves behind.
TEST(TextListFailuresTest, LeavesNothingBehind) {
  with_each_allocation_failing(Allocating::test, [](FailingAllocation& failing) {
    failing.begin();
    failing.attempt([] { const vitals::TextList list{long_name, long_name, long_name}; });
    failing.end();
  });
}

TEST(SubscriptionFailuresTest, DeliverTheStateOfEachProbeIfItSucceeds) {
  for (const bool with_runner : {false, true}) {
    with_each_allocation_failing(Allocating::test, [&](FailingAllocation& failing) {
      Host host{with_runner};
      const EventRecord record;
      vitals::Subscription subscription;
      const auto subscribe = [&] { subscription = host.health().on_change(record); };

      failing.begin();
      const bool subscribed = failing.attempt(subscribe);
      failing.end();

      if (!subscribed) {
        EXPECT_TRUE(host.tells_of_the_other_check());
        EXPECT_EQ(record.events().size(), 0);
        subscribe();
      }
      EXPECT_TRUE(host.comes_to_be([&] { return record.last(Probe::startup).has_value(); }));
      EXPECT_TRUE(host.tells_of_the_other_check());
      record.expect_chains();
    });
  }
}

}  // namespace
}  // namespace vitals_test
