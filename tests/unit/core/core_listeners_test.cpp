#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;
using vitals::CheckResult;
using vitals::HealthEvent;
using vitals::HealthListener;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::Status;
using vitals::Subscription;
using vitals::test::ManualClock;

/// A registry with a flag to change, and listeners that record their events.
class ListenersTest : public testing::Test {
 protected:
  using Numbers = std::vector<std::uint64_t>;

  ListenersTest() { health_.add_readiness_check("feed", flag_); }

  static HealthListener noting(Numbers& numbers) {
    return [&numbers](const HealthEvent& event) { numbers.push_back(event.sequence); };
  }
  /// Causes two events, or none if the flag has that status already.
  void change_to(CheckResult result) {
    flag_.set(std::move(result));
    health_.run_due();
  }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
  PushedCheck flag_{CheckResult::pass()};
};

TEST_F(ListenersTest, GetTheSameEventsInTheSameOrder) {
  Numbers one;
  Numbers two;
  const auto first = health_.on_change(noting(one));
  const auto second = health_.on_change(noting(two));

  for (int i = 0; i < 10; ++i) {
    change_to(CheckResult::fail());
    change_to(CheckResult::pass());
  }

  EXPECT_EQ(one.size(), 43U);
  EXPECT_THAT(two, ElementsAreArray(one));
}

TEST_F(ListenersTest, ThatJoinLaterGetNoEarlierEvent) {
  Numbers early;
  const auto first = health_.on_change(noting(early));
  flag_.set(CheckResult::fail());  // pending until it is delivered

  Numbers late;
  const auto second = health_.on_change(noting(late));
  health_.run_due();

  EXPECT_EQ(early.size(), 5U);
  EXPECT_EQ(late.size(), 3U);
}

TEST_F(ListenersTest, ThatThrowAffectNoOther) {
  Numbers one;
  Numbers two;
  const auto first = health_.on_change([&](const HealthEvent& event) {
    one.push_back(event.sequence);
    throw std::runtime_error{"disk full"};
  });
  const auto thrower_of_numbers = health_.on_change([](const HealthEvent&) { throw 42; });
  const auto third = health_.on_change(noting(two));

  change_to(CheckResult::fail());

  EXPECT_EQ(one.size(), 5U);
  EXPECT_EQ(two.size(), 5U);
}

TEST_F(ListenersTest, GetNothingAfterTheEndOfTheirSubscription) {
  Numbers numbers;
  auto subscription = health_.on_change(noting(numbers));
  change_to(CheckResult::fail());
  numbers.clear();

  subscription.reset();
  change_to(CheckResult::pass());

  EXPECT_TRUE(numbers.empty());
}

TEST_F(ListenersTest, GetNothingThatWaitsWhenTheirSubscriptionEnds) {
  Numbers numbers;
  {
    const auto subscription = health_.on_change(noting(numbers));
    flag_.set(CheckResult::fail());
  }

  health_.run_due();

  EXPECT_TRUE(numbers.empty());
}

TEST_F(ListenersTest, EndWithTheSubscriptionThatIsAssignedOver) {
  Numbers one;
  Numbers two;
  auto subscription = health_.on_change(noting(one));

  subscription = health_.on_change(noting(two));
  health_.run_due();

  EXPECT_TRUE(one.empty());
  EXPECT_EQ(two.size(), 3U);
}

TEST_F(ListenersTest, StayWithASubscriptionThatMoves) {
  Numbers numbers;
  auto subscription = health_.on_change(noting(numbers));

  const auto moved = std::move(subscription);
  health_.run_due();

  EXPECT_EQ(numbers.size(), 3U);
}

TEST_F(ListenersTest, MayEndThemselves) {
  int calls = 0;
  std::optional<Subscription> subscription;
  subscription = health_.on_change([&](const HealthEvent&) {
    ++calls;
    subscription.reset();
  });

  health_.run_due();

  EXPECT_EQ(calls, 1);
}

TEST_F(ListenersTest, MayEndOthers) {
  Numbers numbers;
  std::optional<Subscription> other;
  const auto subscription = health_.on_change([&](const HealthEvent&) { other.reset(); });
  other = health_.on_change(noting(numbers));

  health_.run_due();

  EXPECT_TRUE(numbers.empty());
}

TEST_F(ListenersTest, MaySubscribeOthers) {
  Numbers numbers;
  std::optional<Subscription> other;
  const auto subscription = health_.on_change([&](const HealthEvent&) {
    if (!other) other = health_.on_change(noting(numbers));
  });

  health_.run_due();

  EXPECT_EQ(numbers.size(), 3U);
}

TEST_F(ListenersTest, MayAddAndRemoveChecks) {
  std::optional<vitals::CheckHandle> added;
  const auto subscription = health_.on_change([&](const HealthEvent& event) {
    if (event.check != "feed") return;
    if (event.to == Status::fail) added = health_.add_readiness_check("added", PushedCheck{CheckResult::warn()});
    if (event.to == Status::pass) added->remove();
  });

  change_to(CheckResult::fail());
  EXPECT_EQ(health_.report(Probe::readiness).checks().size(), 2U);
  change_to(CheckResult::pass());

  EXPECT_EQ(health_.report(Probe::readiness).checks().size(), 1U);
}

TEST_F(ListenersTest, SeeInAReportWhatTheirEventSays) {
  Status seen = Status::pass;
  const auto subscription =
      health_.on_change([&](const HealthEvent&) { seen = health_.report(Probe::readiness).status(); });

  change_to(CheckResult::fail());

  EXPECT_EQ(seen, Status::fail);
}

TEST_F(ListenersTest, GetInTheSameCallWhatTheyCause) {
  std::vector<Status> statuses;
  const auto subscription = health_.on_change([&](const HealthEvent& event) {
    if (event.check != "feed") return;
    statuses.push_back(event.to);
    if (event.to == Status::fail) flag_.set(CheckResult::warn());
  });

  change_to(CheckResult::fail());

  EXPECT_THAT(statuses, testing::ElementsAre(Status::fail, Status::warn));
}

TEST_F(ListenersTest, CanNotRunChecks) {
  health_.add_readiness_check("database", [] {});
  std::size_t started = 1;
  const auto subscription = health_.on_change([&](const HealthEvent&) { started = health_.run_due(); });

  health_.run_due();

  EXPECT_EQ(started, 0U);
}

TEST_F(ListenersTest, MayShutDown) {
  const auto subscription = health_.on_change([&](const HealthEvent&) { health_.begin_shutdown("listener"); });

  health_.run_due();

  EXPECT_EQ(health_.report(Probe::readiness).reason(), "listener");
}

TEST(SubscriptionTest, MayOutliveTheRegistry) {
  Subscription subscription;
  {
    HealthRegistry health;
    subscription = health.on_change([](const HealthEvent&) {});
  }

  EXPECT_NO_FATAL_FAILURE(subscription.reset());
}

TEST(SubscriptionTest, IsToNothingByDefault) {
  Subscription subscription;

  EXPECT_NO_FATAL_FAILURE(subscription.reset());
}

}  // namespace
