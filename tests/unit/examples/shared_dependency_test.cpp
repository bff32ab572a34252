// Ten replicas share one database: what its outages do with each of three configurations, by the probes of
// examples/kubernetes. The replicas start half a second apart, so that their probes, one every 5 s each, are spread
// evenly over time.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/manifest.hpp"

namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;
using vitals::CheckOptions;
using vitals::ContainerProbes;
using vitals::Duration;
using vitals::HealthRegistry;
using vitals::Probe;
using vitals::Status;
using vitals::test::Kubelet;
using vitals::test::KubeletEvent;
using vitals::test::ManualClock;

constexpr int replicas = 10;
constexpr Duration apart = 500ms;
/// The last replica has started by then.
constexpr Duration settled = 1min;

struct Replica {
  Replica(const ManualClock& clock, const ContainerProbes& probes, const CheckOptions& options, const bool& database_up)
      : health{{.clock = clock}}, kubelet{health, clock, probes} {
    health.add_liveness_check("worker", [] { return true; });
    health.add_readiness_check(
        "database", [&database_up] { return database_up; }, options);
  }

  HealthRegistry health;
  Kubelet kubelet;
};

class Deployment {
 public:
  explicit Deployment(const CheckOptions& options) {
    const ContainerProbes probes = vitals_test::read_manifest().probes;
    for (int i = 0; i < replicas; ++i) {
      replicas_.emplace_back(clock_, probes, options, database_up_);
      starts_.push_back(i * apart);
      run_until((i + 1) * apart);
    }
    run_until(settled);
  }

  void run_until(Duration moment) {
    constexpr Duration step = 100ms;
    for (; age_ < moment; age_ += step) {
      clock_.advance(step);
      for (Replica& replica : replicas_) replica.kubelet.advance(0s);
    }
  }

  /// The database is down for `gone`, and then up for `back`.
  void outage(Duration gone, Duration back) {
    database_up_ = false;
    run_until(age_ + gone);
    database_up_ = true;
    run_until(age_ + back);
  }

  [[nodiscard]] Duration age() const { return age_; }

  /// How many replicas get traffic.
  [[nodiscard]] std::ptrdiff_t ready() const {
    return std::ranges::count_if(replicas_, [](const Replica& replica) { return replica.kubelet.ready(); });
  }
  /// When each replica was taken out of service, in this order; one entry per time.
  [[nodiscard]] std::vector<Duration> taken_out() const {
    std::vector<Duration> moments;
    for (std::size_t i = 0; i < replicas_.size(); ++i)
      for (const KubeletEvent& event : replicas_[i].kubelet.events())
        if (event.kind == KubeletEvent::Kind::unready) moments.push_back(starts_[i] + event.at);
    std::ranges::sort(moments);
    return moments;
  }
  [[nodiscard]] std::vector<int> restarts() const {
    return of_each([](const Replica& replica) { return replica.kubelet.restarts(); });
  }
  [[nodiscard]] std::vector<Status> readiness() const {
    return of_each([](const Replica& replica) { return replica.health.report(Probe::readiness).status(); });
  }
  /// The status of the database in each replica's report.
  [[nodiscard]] std::vector<Status> database() const {
    return of_each([](const Replica& replica) { return replica.health.report("database").status; });
  }

 private:
  template <class Get>
  [[nodiscard]] std::vector<std::invoke_result_t<Get, const Replica&>> of_each(Get get) const {
    std::vector<std::invoke_result_t<Get, const Replica&>> values;
    for (const Replica& replica : replicas_) values.push_back(get(replica));
    return values;
  }

  ManualClock clock_;
  bool database_up_ = true;
  std::deque<Replica> replicas_;
  std::vector<Duration> starts_;
  Duration age_ = Duration::zero();
};

/// Half a second apart, from `first` on.
std::vector<Duration> one_after_another(Duration first) {
  std::vector<Duration> moments;
  for (int i = 0; i < replicas; ++i) moments.push_back(first + i * apart);
  return moments;
}

TEST(NotCriticalDatabaseTest, TakesNoReplicaOutOfService) {
  Deployment deployment{{.critical = false}};

  deployment.outage(10min, 0s);

  EXPECT_EQ(deployment.ready(), replicas);
  EXPECT_THAT(deployment.taken_out(), IsEmpty());
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(NotCriticalDatabaseTest, IsShownAsFailedByEachReplica) {
  Deployment deployment{{.critical = false}};

  deployment.outage(1min, 0s);

  EXPECT_THAT(deployment.database(), Each(Status::fail));
  EXPECT_THAT(deployment.readiness(), Each(Status::warn));
}

TEST(NotCriticalDatabaseTest, MayFailAndRecoverAtAnyTime) {
  Deployment deployment{{.critical = false}};

  for (int i = 0; i < 20; ++i) deployment.outage(17s, 3s);

  EXPECT_THAT(deployment.taken_out(), IsEmpty());
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(LastKnownGoodDatabaseTest, TakesNoReplicaOutOfServiceWithinTheWindow) {
  Deployment deployment{{.last_known_good_for = 2min}};

  deployment.outage(2min - 5s, 5min);  // each replica's last success was up to 5 s before the outage

  EXPECT_THAT(deployment.taken_out(), IsEmpty());
  EXPECT_EQ(deployment.ready(), replicas);
}

TEST(LastKnownGoodDatabaseTest, FailsTheReadinessOfAllWhenTheWindowIsOver) {
  Deployment deployment{{.last_known_good_for = 2min}};

  deployment.outage(2min - 5s, 0s);
  EXPECT_THAT(deployment.readiness(), Each(Status::warn));

  deployment.outage(5s, 0s);
  EXPECT_THAT(deployment.readiness(), Each(Status::fail));
}

TEST(LastKnownGoodDatabaseTest, TakesAllReplicasOutOfServiceAtTheThirdProbeAfterTheWindow) {
  Deployment deployment{{.last_known_good_for = 2min}};
  const Duration begin = deployment.age();

  deployment.outage(10min, 0s);

  // The last successes were 4.5 s to 0 s before the outage; the probes fail when the window is over, and 5 s and 10 s
  // later.
  EXPECT_EQ(deployment.taken_out(), one_after_another(begin - 4500ms + 2min + 10s));
  EXPECT_EQ(deployment.ready(), 0);
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(LastKnownGoodDatabaseTest, MayBeDownMostOfTheTimeIfEachReplicaReachesItWithinTheWindow) {
  Deployment deployment{{.last_known_good_for = 2min}};

  for (int i = 0; i < 20; ++i) deployment.outage(14s, 2s);

  EXPECT_THAT(deployment.taken_out(), IsEmpty());
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(DatabaseByDefaultTest, TakesAllReplicasOutOfServiceAtOnce) {
  Deployment deployment{{}};
  const Duration begin = deployment.age();

  deployment.outage(10min, 0s);

  // First probed 0.5 s to 5 s after its beginning, then twice more.
  EXPECT_EQ(deployment.taken_out(), one_after_another(begin + 500ms + 10s));
  EXPECT_EQ(deployment.ready(), 0);
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(DatabaseByDefaultTest, BringsAllReplicasBackWithin5sOfItsReturn) {
  Deployment deployment{{}};

  deployment.outage(10min, 5s);

  EXPECT_EQ(deployment.ready(), replicas);
}

TEST(DatabaseByDefaultTest, TakesNoReplicaOutOfServiceWhileItsOutagesAreShorterThanThreeProbes) {
  Deployment deployment{{}};

  for (int i = 0; i < 20; ++i) deployment.outage(9s, 6s);

  EXPECT_THAT(deployment.taken_out(), IsEmpty());
  EXPECT_THAT(deployment.restarts(), Each(0));
}

TEST(DatabaseByDefaultTest, TakesReplicasOutOfServiceAgainAndAgainIfItsOutagesAreLonger) {
  Deployment deployment{{}};

  for (int i = 0; i < 20; ++i) deployment.outage(16s, 6s);

  EXPECT_THAT(deployment.taken_out(), SizeIs(20 * replicas));
  EXPECT_THAT(deployment.restarts(), Each(0));
}

}  // namespace
