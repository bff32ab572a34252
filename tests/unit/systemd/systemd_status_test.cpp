#include <string>

#include <vitals/pushed_check.hpp>

#include "unit/systemd/systemd_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using vitals::CheckResult;
using vitals::PushedCheck;

class SystemdStatusTest : public SystemdTest {
 protected:
  void SetUp() override {
    health->add_readiness_check("database", database);
    health->add_readiness_check("cache", cache, {.critical = false});
    start();
  }

  PushedCheck database{true};
  PushedCheck cache{true};
};

TEST_F(SystemdStatusTest, FollowsEachTransition) {
  cache.set(CheckResult::fail("slow"));
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=ready, degraded: cache: slow"));
  database.set(CheckResult::fail("refused"));
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=not ready: database: refused"));
  cache.set(true);
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=not ready: database: refused"));
  database.set(true);
  EXPECT_THAT(manager.received(), ElementsAre("STATUS=ready"));
}

TEST_F(SystemdStatusTest, IsNotSentWithoutATransition) {
  database.set(CheckResult::fail("refused"));
  manager.received();

  database.set(CheckResult::fail("timed out"));

  EXPECT_THAT(run_after(1h), IsEmpty());
}

TEST_F(SystemdStatusTest, ShowsADegradedLiveness) {
  health->add_liveness_check("loop", PushedCheck{CheckResult::warn("late")});

  EXPECT_THAT(manager.received(), ElementsAre("STATUS=ready, degraded: loop: late"));
}

TEST_F(SystemdStatusTest, IsOneCleanLineOfAtMostAKibibyte) {
  database.set(CheckResult::fail("a\nREADY=1\xff" + std::string(2000, 'x')));

  EXPECT_THAT(manager.received(), ElementsAre(AllOf(HasSubstr("STATUS=not ready: database: a READY=1\xEF\xBF\xBDxx"),
                                                    Not(HasSubstr("\n")), SizeIs(7 + 1024))));
}

TEST_F(SystemdStatusTest, HasNoSecrets) {
  database.set(CheckResult::fail("can't connect to postgresql://app:hunter2@db/app"));

  EXPECT_THAT(manager.received(), ElementsAre(AllOf(HasSubstr("can't connect"), Not(HasSubstr("hunter2")))));
}

}  // namespace
}  // namespace vitals_test
