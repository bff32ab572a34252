#pragma once

#include <chrono>
#include <optional>

#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "support/manifest.hpp"
#include "support/probe_codes.hpp"

namespace vitals_test {

/// The conditions that each container starts in; the test changes them.
struct World {
  vitals::Duration migration_takes = vitals::Duration::zero();
  bool database_up = true;
  bool worker_hangs = false;
};

/// The checks of examples/server, and what its worker does. The migration creates the table that "database" queries.
class Application {
 public:
  Application(const vitals::test::ManualClock& clock, const World& world)
      : health{{.clock = clock}}, clock_{clock}, world_{world}, started_{clock.now()} {
    health.add_liveness_check("worker", worker_);
    health.add_startup_check("migration", migration_);
    health.add_readiness_check("database", [this] { return world_.database_up && migrated_; });
  }

  /// Advances the worker to now. While it migrates it doesn't beat, and it waits for a database that is down.
  void work() {
    if (migrated_) {
      if (!world_.worker_hangs) worker_.beat();
      return;
    }
    migrated_ = world_.database_up && clock_.now() - started_ >= world_.migration_takes;
    if (migrated_) migration_.set(vitals::CheckResult::pass());
  }

  vitals::HealthRegistry health;

 private:
  vitals::test::ManualClock clock_;
  const World& world_;
  vitals::SteadyTime started_;
  vitals::Heartbeat worker_{std::chrono::minutes{1}};
  vitals::PushedCheck migration_{vitals::CheckResult::fail("the migration is running")};
  bool migrated_ = false;
};

/// A pod of the deployment. Times count from the start of its first container, also after restarts.
class Pod {
 public:
  explicit Pod(const vitals::ContainerProbes& probes)
      : kubelet_{[this]() -> vitals::HealthRegistry& { return application_.emplace(clock_, world).health; }, clock_,
                 probes} {}

  void run_until(vitals::Duration moment) {
    constexpr std::chrono::milliseconds step{500};
    for (; age_ < moment; age_ += step) {
      application_->work();
      kubelet_.advance(step);
    }
  }

  void work() { application_->work(); }
  void crash() { kubelet_.crash(); }
  /// The readiness that a client other than the kubelet would get now.
  [[nodiscard]] bool says_ready() {
    vitals::test::Kubelet visitor{application_->health, clock_, {.readiness = vitals::HttpGetProbe{"/ready"}}};
    visitor.advance(vitals::Duration::zero());
    return visitor.ready();
  }

  [[nodiscard]] const vitals::test::Kubelet& kubelet() const { return kubelet_; }
  [[nodiscard]] const vitals::HealthRegistry& health() const { return application_->health; }
  [[nodiscard]] ProbeCodes codes() const { return probe_codes(health()); }

  World world;

 private:
  vitals::test::ManualClock clock_;
  std::optional<Application> application_;
  vitals::test::Kubelet kubelet_;
  vitals::Duration age_ = vitals::Duration::zero();
};

}  // namespace vitals_test
