#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/handles.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/has_check.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::CheckHandle;
using vitals::CheckResult;
using vitals::Condition;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::PushedCheck;
using vitals::ScopedCheck;
using vitals::Status;
using vitals::test::ManualClock;

class RegistryFixture : public testing::Test {
 protected:
  std::size_t checks() const { return health_.report(Probe::readiness).checks().size(); }

  ManualClock clock_;
  HealthRegistry health_{{.clock = clock_}};
};

using ReentryTest = RegistryFixture;
using RemovalTest = RegistryFixture;

TEST_F(ReentryTest, ACheckMayRemoveItself) {
  CheckHandle handle;
  handle = health_.add_readiness_check("once", [&] { handle.remove(); });

  EXPECT_EQ(health_.run_due(), 1U);

  EXPECT_EQ(checks(), 0U);
  EXPECT_EQ(health_.run_due(), 0U);
}

TEST_F(ReentryTest, ACheckMayEndItsOwnScope) {
  std::optional<ScopedCheck> scoped;
  scoped = health_.add_readiness_check("once", [&] { scoped.reset(); });

  health_.run_due();

  EXPECT_EQ(checks(), 0U);
}

TEST_F(ReentryTest, ACheckMayRemoveOneThatIsDueAfterIt) {
  int runs = 0;
  CheckHandle victim;
  health_.add_readiness_check("first", [&] { victim.remove(); });
  victim = health_.add_readiness_check("second", [&] { ++runs; });

  health_.run_due();

  EXPECT_EQ(runs, 0);
}

TEST_F(ReentryTest, ACheckMayAddAnother) {
  health_.add_readiness_check("parent", [&] { health_.add_readiness_check("child", [] {}); });

  health_.run_due();
  EXPECT_EQ(checks(), 2U);

  EXPECT_EQ(health_.run_due(), 1U);
}

TEST_F(ReentryTest, ACheckMayAskForAReport) {
  Condition condition = Condition::fresh;
  health_.add_readiness_check("curious", [&] { condition = health_.report("curious").condition; });

  health_.run_due();

  EXPECT_EQ(condition, Condition::not_checked_yet);
}

TEST_F(ReentryTest, ACheckSeesItselfRunning) {
  Condition condition = Condition::fresh;
  health_.add_readiness_check("curious", [&] { condition = health_.report("curious").condition; });
  health_.run_due();
  clock_.advance(15s);

  health_.run_due();

  EXPECT_EQ(condition, Condition::running);
}

TEST_F(ReentryTest, ACheckCanNotRunChecks) {
  std::size_t started = 1;
  health_.add_readiness_check("first", [&] { started = health_.run_due(); });
  health_.add_readiness_check("second", [] {});

  EXPECT_EQ(health_.run_due(), 2U);

  EXPECT_EQ(started, 0U);
}

TEST_F(ReentryTest, ACheckMayRunTheChecksOfAnotherRegistry) {
  HealthRegistry other{{.clock = clock_}};
  other.add_readiness_check("inner", [] {});
  std::size_t started = 0;
  health_.add_readiness_check("outer", [&] { started = other.run_due(); });

  health_.run_due();

  EXPECT_EQ(started, 1U);
}

TEST_F(ReentryTest, ACheckMaySetAFlag) {
  const PushedCheck flag{CheckResult::pass()};
  health_.add_readiness_check("flag", flag);
  health_.add_readiness_check("setter", [&] { flag.set(CheckResult::warn()); });

  health_.run_due();

  EXPECT_EQ(health_.report(Probe::readiness).status(), Status::warn);
}

TEST_F(ReentryTest, ACallableMayCallTheRegistryAtItsEnd) {
  std::size_t seen = 99;
  const auto last_words = [&](int* number) {
    seen = checks();
    delete number;
  };
  const auto handle =
      health_.add_readiness_check("check", [kept = std::shared_ptr<int>(new int{}, last_words)] { return !!kept; });

  handle.remove();

  EXPECT_EQ(seen, 0U);
}

TEST_F(RemovalTest, FreesTheName) {
  const auto handle = health_.add_readiness_check("database", PushedCheck{CheckResult::fail()});

  handle.remove();

  EXPECT_NO_THROW(health_.add_liveness_check("database", PushedCheck{CheckResult::pass()}));
  EXPECT_EQ(checks(), 0U);
}

TEST_F(RemovalTest, DoesNotReachACheckThatTookTheName) {
  const auto handle = health_.add_readiness_check("database", [] {});
  handle.remove();
  health_.add_readiness_check("database", [] {});

  handle.remove();

  EXPECT_EQ(checks(), 1U);
}

TEST_F(RemovalTest, DestroysTheCallable) {
  const auto kept = std::make_shared<int>();
  const auto handle = health_.add_readiness_check("check", [kept] {});
  ASSERT_EQ(kept.use_count(), 2);

  handle.remove();

  EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(RemovalTest, DestroysTheCallableThatRemovesItselfWhenItReturns) {
  const auto kept = std::make_shared<int>();
  CheckHandle handle;
  long during = 0;
  handle = health_.add_readiness_check("check", [&, kept] {
    handle.remove();
    during = kept.use_count();
  });

  health_.run_due();

  EXPECT_EQ(during, 2);
  EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(RemovalTest, HasNoEffectAfterTheEndOfTheRegistry) {
  CheckHandle handle;
  {
    HealthRegistry other;
    handle = other.add_readiness_check("database", [] {});
  }

  EXPECT_NO_FATAL_FAILURE(handle.remove());
  EXPECT_EQ(handle.name(), "database");
}

TEST_F(RemovalTest, HasNoEffectForAnEmptyHandle) { EXPECT_NO_FATAL_FAILURE(CheckHandle{}.remove()); }

TEST_F(RemovalTest, LeavesACheckWhoseHandleIsDropped) {
  health_.add_readiness_check("database", [] {});

  EXPECT_EQ(checks(), 1U);
}

TEST_F(RemovalTest, HappensAtTheEndOfAScope) {
  {
    const ScopedCheck scoped = health_.add_readiness_check("session", [] {});
    EXPECT_EQ(scoped.name(), "session");
    EXPECT_EQ(checks(), 1U);
  }

  EXPECT_EQ(checks(), 0U);
}

TEST_F(RemovalTest, HappensOnceThoughTheScopedCheckMoves) {
  ScopedCheck outer;
  {
    ScopedCheck inner = health_.add_readiness_check("session", [] {});
    outer = std::move(inner);
  }

  EXPECT_EQ(checks(), 1U);
}

TEST_F(RemovalTest, HappensToTheCheckThatIsAssignedOver) {
  ScopedCheck scoped = health_.add_readiness_check("first", [] {});

  scoped = health_.add_readiness_check("second", [] {});

  ASSERT_EQ(checks(), 1U);
  EXPECT_TRUE(vitals_test::has_check(health_, Probe::readiness, "second"));
}

TEST_F(RemovalTest, DoesNotHappenToAScopedCheckThatWasReleased) {
  {
    ScopedCheck scoped = health_.add_readiness_check("session", [] {});
    EXPECT_EQ(scoped.release().name(), "session");
  }

  EXPECT_EQ(checks(), 1U);
}

}  // namespace
