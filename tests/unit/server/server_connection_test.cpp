// A connection that has been in its stage for too long, over a pair of sockets, on a clock that the test moves.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "support/served_connection.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class OverdueConnectionTest : public ServedConnectionTest {
 protected:
  /// Starts serving these bytes.
  void start_with(std::string_view bytes) {
    peer_.send(bytes);
    connection_ = serve(peer_);
  }
  [[nodiscard]] bool is_open() const { return service_->places.size() == 1; }

  Peer peer_;
  std::shared_ptr<vitals::detail::Connection> connection_;
};

TEST_F(OverdueConnectionTest, AnswersWhatHasArrived) {
  start_with(get_healthz);
  ASSERT_THAT(peer_.received(), StartsWith("HTTP/1.1 200 "));
  peer_.send(get_healthz);

  connection_->catch_up();

  EXPECT_THAT(peer_.received(), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(is_open());
}

TEST_F(OverdueConnectionTest, LeavesAnIdleOneAsItIsWhereNothingHasArrived) {
  start_with(get_healthz);
  ASSERT_THAT(peer_.received(), StartsWith("HTTP/1.1 200 "));

  connection_->catch_up();

  EXPECT_THAT(peer_.received(), IsEmpty());
  EXPECT_TRUE(is_open());
}

TEST_F(OverdueConnectionTest, AnswersWithWhatIsKnownWhereChecksHaveNotEnded) {
  const vitals::Runner runner{health_};
  health_.add_readiness_check(
      "never",
      [kept = std::make_shared<std::optional<vitals::CheckCompletion>>()](
          const vitals::CheckContext&, vitals::CheckCompletion done) { *kept = std::move(done); },
      {.timeout = 60s});
  start_with("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_THAT(peer_.received(), IsEmpty());

  connection_->end_stage();

  EXPECT_THAT(peer_.received(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Connection: close\r\n")));
}

/// An answer that is larger than the peer's and our buffer together.
class UnreadAnswerTest : public OverdueConnectionTest {
 protected:
  UnreadAnswerTest() {
    for (int i = 0; i < 100; ++i)
      health_.add_readiness_check("flag-" + std::to_string(i),
                                  vitals::PushedCheck{vitals::CheckResult::warn(std::string(1000, 'x'))});
    start_with("GET /ready?verbose HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  /// Whether its time limit for writing begins anew.
  bool has_new_limit_after_catching_up() {
    constexpr auto none = std::array<vitals::Duration, vitals::detail::stage_count>{};
    const auto before = now();
    pass(1s);
    connection_->catch_up();
    return service_->places.overdue(none, before) == nullptr;
  }
};

TEST_F(UnreadAnswerTest, HasOneNewLimitIfItsPeerReadWhileTheServerStoodStill) {
  (void)peer_.received();

  EXPECT_TRUE(has_new_limit_after_catching_up());
  (void)peer_.received();
  EXPECT_FALSE(has_new_limit_after_catching_up());
}

TEST_F(UnreadAnswerTest, GivesWayAfterItsTurnIfItsPeerReadWhileTheServerStoodStill) {
  EXPECT_EQ(connection_->gives_way(), vitals::detail::GivesWay::never);
  pass(251ms);  // the limit for writing an answer is 250 ms
  ASSERT_EQ(connection_->gives_way(), vitals::detail::GivesWay::now);

  (void)peer_.received();

  EXPECT_EQ(connection_->gives_way(), vitals::detail::GivesWay::after_its_turn);
}

TEST_F(UnreadAnswerTest, HasNoNewLimitIfItsPeerReadNothing) { EXPECT_FALSE(has_new_limit_after_catching_up()); }

}  // namespace
}  // namespace vitals_test
