// A PushedCheck in several registries: each shows text that has passed its own redactor.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
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
using testing::ElementsAre;
using testing::IsEmpty;
using vitals::CheckResult;
using vitals::HealthRegistry;
using vitals::PushedCheck;
using vitals::RegistryOptions;
using vitals::Status;
using vitals::test::ManualClock;

class RedactedPushedCheckTest : public testing::Test {
 protected:
  static std::string message(const HealthRegistry& health) { return health.report("feed").message; }
  /// The options of a registry that puts its mark before each text.
  RegistryOptions marking(std::string mark) {
    return {.clock = clock_, .redact = [this, mark = std::move(mark)](std::string_view text) {
              seen_.push_back(mark + std::string{text});
              if (const auto then = std::exchange(then_, nullptr)) then();
              return mark + std::string{text};
            }};
  }

  ManualClock clock_;
  std::vector<std::string> seen_;
  std::function<void()> then_;  // in the next call of a redactor
  PushedCheck feed_{CheckResult::fail("first")};
  std::optional<HealthRegistry> a_{std::in_place, marking("a:")};
  HealthRegistry b_{marking("b:")};
  HealthRegistry plain_{{.clock = clock_}};
};

TEST_F(RedactedPushedCheckTest, IsShownByEachRegistryAsItsOwnRedactorLeavesIt) {
  a_->add_readiness_check("feed", feed_);
  plain_.add_readiness_check("feed", feed_);
  EXPECT_EQ(message(*a_), "a:first");

  feed_.set(CheckResult::fail("second").with("host", "db1"));
  b_.add_readiness_check("feed", feed_);

  EXPECT_EQ(message(*a_), "a:second");
  EXPECT_EQ(message(b_), "b:second");
  EXPECT_EQ(message(plain_), "second");
  EXPECT_EQ(b_.report("feed").data, CheckResult::pass().with("host", "b:db1").data());
  EXPECT_EQ(feed_.get(), CheckResult::fail("second").with("host", "db1")) << "the application's own";
}

TEST_F(RedactedPushedCheckTest, PassesARedactorOnceHoweverOftenItIsRegistered) {
  const auto first = a_->add_readiness_check("feed", feed_);
  a_->add_liveness_check("feed-too", feed_);
  seen_.clear();

  feed_.set(CheckResult::fail("second"));
  first.remove();
  feed_.set(CheckResult::fail("third"));

  EXPECT_THAT(seen_, ElementsAre("a:second", "a:third"));
  EXPECT_EQ(a_->report("feed-too").message, "a:third");
}

TEST_F(RedactedPushedCheckTest, DoesNotPassTheRedactorOfARegistryThatHasEnded) {
  a_->add_readiness_check("feed", feed_);
  a_.reset();
  const auto handle = b_.add_readiness_check("feed", feed_);
  handle.remove();
  seen_.clear();

  feed_.set(CheckResult::fail("second"));

  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(RedactedPushedCheckTest, LeavesNoRedactorBehindIfItIsRefused) {
  a_->add_liveness_check("feed", [] {});
  EXPECT_THROW(a_->add_readiness_check("feed", feed_), std::invalid_argument);
  seen_.clear();

  feed_.set(CheckResult::fail("second"));

  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(RedactedPushedCheckTest, ThatIsSetWhileItIsRegisteredShowsTheNewTextRedacted) {
  then_ = [&] { feed_.set(CheckResult::pass("second")); };

  a_->add_readiness_check("feed", feed_);

  EXPECT_EQ(message(*a_), "a:second");
  EXPECT_EQ(a_->report("feed").status, Status::pass);
}

TEST_F(RedactedPushedCheckTest, ThatIsRegisteredWhileItIsSetShowsTheNewTextRedacted) {
  a_->add_readiness_check("feed", feed_);
  then_ = [&] { b_.add_readiness_check("feed", feed_); };

  feed_.set(CheckResult::fail("second"));

  EXPECT_EQ(message(*a_), "a:second");
  EXPECT_EQ(message(b_), "b:second");
}

TEST_F(RedactedPushedCheckTest, ThatIsRemovedWhileItIsSetIsSet) {
  const auto handle = a_->add_readiness_check("feed", feed_);
  b_.add_readiness_check("feed", feed_);
  then_ = [&] { handle.remove(); };

  feed_.set(CheckResult::fail("second"));

  EXPECT_EQ(message(b_), "b:second");
}

TEST_F(RedactedPushedCheckTest, IsStaleInTheWordsOfTheLibrary) {
  const PushedCheck feed{CheckResult::pass("fine"), {.valid_for = 1s}};
  a_->add_readiness_check("feed", feed);

  clock_.advance(2s);

  EXPECT_EQ(message(*a_), "stale: not set within 1 s");
}

}  // namespace
