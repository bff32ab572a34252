// What the probes of examples/kubernetes get from a pod that is being deleted: the kubelet sends SIGTERM, and SIGKILL
// after terminationGracePeriodSeconds. The Lifecycle has its default options.

#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lifecycle.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/manifest.hpp"
#include "support/probe_codes.hpp"

namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::Pair;
using vitals::CheckResult;
using vitals::ContainerProbes;
using vitals::Duration;
using vitals::HealthRegistry;
using vitals::Lifecycle;
using vitals::LifecycleEvent;
using vitals::LifecycleState;
using vitals::PushedCheck;
using vitals::WorkToken;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ManualClock;
using vitals_test::probe_codes;
using vitals_test::ProbeCodes;
using vitals_test::serving_codes;
using vitals_test::starting_codes;
using enum vitals::LifecycleState;
using Kind = KubeletEvent::Kind;

const ProbeCodes ending_codes{.startup = 200, .liveness = 200, .readiness = 503};

class KubernetesTerminationTest : public testing::Test {
 protected:
  struct Server {
    void stop() { stopped = true; }
    bool stopped = false;
  };

  KubernetesTerminationTest() {
    health_.add_startup_check("migration", migration_);
    health_.add_liveness_check("worker", worker_);
    health_.add_readiness_check("database", database_);
  }

  /// The pod has been serving for a while; the next probes are at 15 s and 20 s.
  void serve() { kubelet_->advance(sigterm_at); }
  void delete_pod() {
    kubelet_->terminate();
    sigterm();
  }
  void sigterm() {
    lifecycle_.begin_shutdown("SIGTERM");
    lifecycle_.step();
  }

  [[nodiscard]] Duration since_sigterm() const { return clock_.now() - birth_ - sigterm_at; }

  void run_until(Duration since) {
    while (since_sigterm() < since) {
      kubelet_->advance(100ms);
      lifecycle_.step();
    }
  }

  /// A callback that takes this long.
  auto taking(Duration duration) {
    return [this, duration] {
      codes_in_[lifecycle_.state()] = probe_codes(health_);
      clock_.advance(duration);
    };
  }

  static constexpr Duration sigterm_at = 12s;

  const vitals_test::Manifest manifest_ = vitals_test::read_manifest();
  ManualClock clock_;
  const vitals::SteadyTime birth_ = clock_.now();
  const vitals::WallTime wall_birth_ = clock_.wall_now();
  HealthRegistry health_{{.clock = clock_}};
  PushedCheck migration_{CheckResult::pass()};
  PushedCheck worker_{CheckResult::pass()};
  PushedCheck database_{CheckResult::pass()};
  Server server_;
  std::vector<std::pair<LifecycleState, Duration>> states_;  ///< Each with the time from SIGTERM to its begin.
  std::map<LifecycleState, ProbeCodes> codes_in_;
  Lifecycle lifecycle_{health_,
                       server_,
                       {.log = [](std::string_view) {},
                        .on_event =
                            [this](const LifecycleEvent& event) {
                              if (event.from != event.to)
                                states_.emplace_back(event.to, event.time - wall_birth_ - sigterm_at);
                            }}};
  std::optional<Kubelet> kubelet_{std::in_place, health_, clock_, manifest_.probes};
};

TEST_F(KubernetesTerminationTest, FailsReadinessAtOnceAndNothingElse) {
  serve();
  ASSERT_EQ(probe_codes(health_), serving_codes);

  delete_pod();

  EXPECT_EQ(probe_codes(health_), ending_codes);
}

TEST_F(KubernetesTerminationTest, IsNoticedByALoadBalancerWhileItStillTakesWork) {
  kubelet_.emplace(health_, clock_, ContainerProbes{.readiness = vitals_test::load_balancer()});
  serve();  // the balancer has just probed

  delete_pod();
  run_until(8s);

  EXPECT_THAT(kubelet_->events(),
              Contains(KubeletEvent{sigterm_at + 8s, Kind::unready, "readiness: status 503, 2 in a row"}));
  EXPECT_EQ(lifecycle_.state(), draining);
}

TEST_F(KubernetesTerminationTest, TakesThePodOutOfServiceAtTheThirdProbe) {
  serve();

  delete_pod();
  run_until(25s);

  EXPECT_EQ(kubelet_->events().back(), (KubeletEvent{25s, Kind::unready, "readiness: status 503, 3 in a row"}));
}

TEST_F(KubernetesTerminationTest, DrainsFor10sAndStopsAtOnceIfNothingIsInFlight) {
  serve();

  delete_pod();
  run_until(30s);

  EXPECT_THAT(states_, ElementsAre(Pair(draining, 0s), Pair(finishing, 10s), Pair(stopping, 10s), Pair(stopped, 10s)));
}

TEST_F(KubernetesTerminationTest, TakesWorkWhileItDrainsAndThenNoMore) {
  serve();
  delete_pod();

  run_until(10s - 100ms);
  EXPECT_TRUE(lifecycle_.begin_work());

  run_until(10s);
  EXPECT_FALSE(lifecycle_.begin_work());
}

TEST_F(KubernetesTerminationTest, FinishesUntilTheWorkInFlightHasEnded) {
  serve();
  auto work = std::optional{lifecycle_.begin_work()};
  delete_pod();

  run_until(14s);
  EXPECT_EQ(lifecycle_.state(), finishing);
  work.reset();
  run_until(15s);

  EXPECT_THAT(states_,
              ElementsAre(Pair(draining, 0s), Pair(finishing, 10s), Pair(stopping, 14'100ms), Pair(stopped, 14'100ms)));
}

TEST_F(KubernetesTerminationTest, AnswersTheSameInEachState) {
  lifecycle_.on_stop_accepting("web", taking(1s));
  lifecycle_.on_stop("worker", taking(1s));
  serve();
  delete_pod();
  const WorkToken work = lifecycle_.begin_work();

  for (Duration moment{0s}; moment <= 22s; moment += 1s) {
    run_until(moment);
    EXPECT_EQ(probe_codes(health_), ending_codes) << moment / 1s << " s, " << to_string(lifecycle_.state());
  }

  run_until(25s);
  EXPECT_THAT(codes_in_, ElementsAre(Pair(finishing, ending_codes), Pair(stopping, ending_codes)));
}

TEST_F(KubernetesTerminationTest, KeepsLivenessPassingWhateverItsChecksReport) {
  serve();
  delete_pod();

  worker_.set(CheckResult::fail("the worker has ended"));
  run_until(30s);

  EXPECT_EQ(probe_codes(health_), ending_codes);
}

TEST_F(KubernetesTerminationTest, RestartsNothingThoughTheSignalCameFromElsewhere) {
  ContainerProbes probes = manifest_.probes;
  probes.liveness->failure_threshold = 1;
  kubelet_.emplace(health_, clock_, probes);
  const WorkToken work = lifecycle_.begin_work();
  serve();

  sigterm();  // the kubelet keeps probing liveness
  worker_.set(CheckResult::fail("the worker has ended"));
  run_until(30s);

  EXPECT_EQ(kubelet_->restarts(), 0);
}

TEST_F(KubernetesTerminationTest, EndsWithin25sThoughWorkNeverEnds) {
  serve();
  const WorkToken work = lifecycle_.begin_work();

  delete_pod();
  run_until(30s);

  EXPECT_THAT(states_, ElementsAre(Pair(draining, 0s), Pair(finishing, 10s), Pair(stopped, 25s)));
  EXPECT_TRUE(server_.stopped);
}

TEST_F(KubernetesTerminationTest, EndsBeforeSigkillThoughWorkNeverEndsAndCallbacksOverrun) {
  lifecycle_.on_stop_accepting("web", taking(3s));
  lifecycle_.on_stop("worker", taking(3s));
  lifecycle_.on_stop("pool", taking(3s));
  serve();
  const WorkToken work = lifecycle_.begin_work();

  delete_pod();
  run_until(30s);

  // Two budgets of 2 s are reserved for the last two callbacks; step() can't abandon them.
  EXPECT_THAT(states_, ElementsAre(Pair(draining, 0s), Pair(finishing, 10s), Pair(stopping, 21s), Pair(stopped, 27s)));
  EXPECT_LT(states_.back().second, manifest_.termination_grace_period);
  EXPECT_TRUE(server_.stopped);
}

TEST_F(KubernetesTerminationTest, CallsNothingMoreAfter25s) {
  lifecycle_.on_stop("worker", taking(4s));
  bool pool_closed = false;
  lifecycle_.on_stop("pool", [&] { pool_closed = true; });
  serve();
  const WorkToken work = lifecycle_.begin_work();

  delete_pod();
  run_until(30s);

  EXPECT_THAT(states_, ElementsAre(Pair(draining, 0s), Pair(finishing, 10s), Pair(stopping, 21s), Pair(stopped, 25s)));
  EXPECT_FALSE(pool_closed);
  EXPECT_TRUE(server_.stopped);
}

TEST_F(KubernetesTerminationTest, StopsTheServerOnlyAtTheEnd) {
  lifecycle_.on_stop("worker", [&] { EXPECT_FALSE(server_.stopped); });
  serve();

  delete_pod();
  run_until(10s - 100ms);
  EXPECT_FALSE(server_.stopped);
  run_until(10s);

  EXPECT_TRUE(server_.stopped);
}

TEST_F(KubernetesTerminationTest, LeavesAnUnfinishedStartAsItIs) {
  migration_.set(CheckResult::fail("the migration is running"));
  HealthRegistry health{{.clock = clock_}};
  health.add_startup_check("migration", migration_);
  health.add_liveness_check("worker", worker_);
  Lifecycle lifecycle{health, {.log = [](std::string_view) {}}};
  kubelet_.emplace(health, clock_, manifest_.probes);
  serve();
  kubelet_->terminate();
  lifecycle.begin_shutdown("SIGTERM");
  lifecycle.step();

  migration_.set(CheckResult::pass());
  kubelet_->advance(30s);

  EXPECT_EQ(probe_codes(health), starting_codes);
  EXPECT_EQ(kubelet_->restarts(), 0);
  EXPECT_FALSE(kubelet_->ready());
}

}  // namespace
