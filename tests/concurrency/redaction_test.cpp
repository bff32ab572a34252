// On which threads an application's redactor is called, and what becomes of one that ends its thread.

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/eventually.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals_test::eventually;

class RedactionThreadTest : public testing::Test {
 protected:
  std::optional<std::thread::id> redacted_on(const std::string& text) {
    const std::lock_guard lock{mutex_};
    const auto found = threads_.find(text);
    return found == threads_.end() ? std::nullopt : std::optional{found->second};
  }

  std::mutex mutex_;
  std::map<std::string, std::thread::id> threads_;
  HealthRegistry health_{{.redact = [this](std::string_view text) {
    const std::lock_guard lock{mutex_};
    threads_[std::string{text}] = std::this_thread::get_id();
    return std::string{text};
  }}};
};

TEST_F(RedactionThreadTest, IsTheOneThatMadeTheCheck) {
  std::atomic<std::thread::id> called_on;
  health_.add_readiness_check("check", [&] {
    called_on = std::this_thread::get_id();
    return CheckResult::fail("down");
  });
  const Runner runner{health_};

  ASSERT_TRUE(eventually([&] { return health_.report("check").message == "down"; }));

  EXPECT_EQ(redacted_on("down"), called_on.load());
}

TEST_F(RedactionThreadTest, IsTheOneThatCompletesOrSetsAResult) {
  std::optional<CheckCompletion> kept;
  std::atomic<bool> started = false;
  health_.add_readiness_check("later",
                              [&](const CheckContext&, CheckCompletion done) {
                                kept = std::move(done);
                                started = true;
                              },
                              {.timeout = 1h, .schedule = every(1h)});
  const PushedCheck flag{CheckResult::fail("initial")};
  health_.add_readiness_check("flag", flag);
  const Runner runner{health_};
  ASSERT_TRUE(eventually([&] { return started.load(); }));

  std::thread other{[&] {
    (*kept)(CheckResult::fail("completed"));
    flag.set(CheckResult::fail("set"));
  }};
  const auto id = other.get_id();
  other.join();
  health_.begin_shutdown("over");

  EXPECT_EQ(redacted_on("completed"), id);
  EXPECT_EQ(redacted_on("set"), id);
  EXPECT_EQ(redacted_on("initial"), std::this_thread::get_id());
  EXPECT_EQ(redacted_on("over"), std::this_thread::get_id());
}

TEST(EndedThreadOfARedactorTest, IsAFailureThatShowsNothing) {
  HealthRegistry health{{.redact = [](std::string_view) -> std::string { pthread_exit(nullptr); }}};
  health.add_readiness_check("check", [] { return CheckResult::warn("card 4000111122223333"); });
  const Runner runner{health};

  ASSERT_TRUE(eventually([&] { return health.report("check").condition == Condition::fresh; }));

  EXPECT_EQ(health.report("check").status, Status::fail);
  EXPECT_THAT(health.report("check").message, HasSubstr("ended its thread"));
}

// Whatever the order of registrations and results, no text is seen that hasn't passed the reader's redactor.
TEST(RedactionRaceTest, ShowsNoTextThatHasNotPassedTheRedactor) {
  const PushedCheck feed{CheckResult::fail("plain")};
  std::atomic<bool> over = false;
  std::thread setter{[&] {
    while (!over) feed.set(CheckResult::fail("plain"));
  }};
  for (int i = 0; i < 200; ++i) {
    HealthRegistry health{{.redact = [](std::string_view) { return std::string{"changed"}; }}};
    const auto first = health.add_readiness_check("first", feed);
    EXPECT_EQ(health.report("first").message, "changed");
    health.add_readiness_check("second", feed);
    first.remove();
    EXPECT_EQ(health.report("second").message, "changed");
  }
  over = true;
  setter.join();
}

}  // namespace
}  // namespace vitals::test
