// How often an answer takes the registry's lock. In a program of its own, because it replaces pthread_mutex_lock().

#include <atomic>
#include <chrono>
#include <dlfcn.h>
#include <functional>
#include <memory>
#include <pthread.h>
#include <string_view>

#include <gtest/gtest.h>

#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "core/state/probes.hpp"
#include "core/state/registry_state.hpp"
#include "http/answers.hpp"
#include "support/eventually.hpp"

namespace {

using Lock = int (*)(pthread_mutex_t*);

std::atomic<Lock> next_lock = nullptr;
thread_local const pthread_mutex_t* counted = nullptr;
thread_local int acquisitions = 0;

}  // namespace

// Replaces the C library's function and a sanitizer's, which may call it before main().
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  auto lock = next_lock.load(std::memory_order_relaxed);
  if (lock == nullptr) next_lock = lock = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (mutex == counted) ++acquisitions;
  return lock(mutex);
}

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::on_demand;

class RegistryLocksTest : public testing::Test {
 protected:
  /// How often this thread takes the registry's lock during the call.
  int locks_in(const std::function<void()>& call) const {
    acquisitions = 0;
    counted = state_->mutex.native().native_handle();
    call();
    counted = nullptr;
    return acquisitions;
  }
  /// How often this thread takes it to begin an asynchronous answer that is ready.
  int locks_to_answer(std::string_view target) const {
    const auto question = answers_.question({.method = "GET", .target = target}).value();
    return locks_in([&] {
      const auto begun = answers_.begin(question, [] { return [] {}; });
      EXPECT_EQ(begun.wait, nullptr) << target;
      EXPECT_EQ(begun.answer.value_or(vitals::detail::Answer{}).status, 200) << target;
    });
  }
  /// Adds a check whose result stays young enough until the test ends.
  void add_database() {
    health_.add_readiness_check("database", [] { return true; }, {.schedule = on_demand(1h), .stale_after = 2h});
  }

  vitals::HealthRegistry health_;
  const std::shared_ptr<vitals::detail::RegistryState> state_ = vitals::detail::state_of(health_);
  const vitals::detail::Answers answers_{state_, {.details = vitals::Callers::anyone}};
};

TEST_F(RegistryLocksTest, AreCounted) {
  EXPECT_EQ(locks_in([&] { (void)vitals::detail::has_runner(*state_); }), 1);
  EXPECT_EQ(locks_in([] {}), 0);
}

TEST_F(RegistryLocksTest, OneIsTakenToAnswerAboutOneCheck) {
  add_database();
  health_.run_due();

  for (const auto* const target : {"/ready/database", "/ready/database?verbose", "/health/database"})
    EXPECT_EQ(locks_to_answer(target), 1) << target;
}

TEST_F(RegistryLocksTest, OneIsTakenWhileARunnerRuns) {
  add_database();
  const vitals::Runner runner{health_};
  ASSERT_TRUE(eventually([&] { return health_.report(vitals::Probe::readiness).status() == vitals::Status::pass; }));

  EXPECT_EQ(locks_to_answer("/ready/database"), 1);
}

TEST_F(RegistryLocksTest, OneIsTakenWhereTheValueIsReadInPlace) {
  const vitals::Heartbeat beat{1h};
  const vitals::PushedCheck flag{vitals::CheckResult::pass()};
  health_.add_readiness_check("worker", beat);
  health_.add_readiness_check("feed", flag);
  beat.beat();

  for (const auto* const target : {"/ready/worker", "/ready/feed"}) EXPECT_EQ(locks_to_answer(target), 1) << target;
}

TEST_F(RegistryLocksTest, NoneIsTakenForAnAnswerThatIsKept) {
  add_database();
  health_.run_due();
  ASSERT_GT(locks_to_answer("/ready"), 0) << "the first one is written";

  EXPECT_EQ(locks_to_answer("/ready"), 0);
}

}  // namespace
}  // namespace vitals_test
