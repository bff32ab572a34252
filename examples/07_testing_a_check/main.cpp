// Testing a check, here without a test framework; ../testing_your_checks does the same with GoogleTest.

#include <chrono>
#include <stdexcept>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;
using vitals::CheckResult;
using vitals::test::run;

int main() {
  expect(run([] { return true; }) == CheckResult::pass(), "one run of a check that passes");
  expect(run([] { throw std::runtime_error{"no route"}; }) == CheckResult::fail("no route"),
         "an exception is a failure");

  vitals::test::ManualClock clock;  // no thread, no sleep: the test moves time and runs what is due
  vitals::HealthRegistry health{{.clock = clock}};
  const auto backend = vitals::test::ScriptedCheck{}.pass().fail("down");
  health.add_readiness_check("backend", backend, {.schedule = vitals::every(5s), .failure_threshold = 3});
  const auto status_after = [&](vitals::Duration duration) {
    clock.advance(duration);
    health.run_due();
    return health.report(vitals::Probe::readiness).status();
  };

  expect(health.report(vitals::Probe::readiness).status() == vitals::Status::fail, "not checked yet is not ready");
  expect(status_after(0s) == vitals::Status::pass, "the first success counts at once");
  expect(status_after(6s) == vitals::Status::pass, "one failure doesn't count yet");
  expect(status_after(6s) == vitals::Status::pass, "nor do two");
  expect(status_after(6s) == vitals::Status::fail, "the third in a row does");

  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("loop", beat);
  vitals::test::Kubelet kubelet{health, clock, {.liveness = vitals::HttpGetProbe{.path = "/healthz"}}};
  kubelet.advance(35s);
  expect(kubelet.restarted_at() == 30s, "a silent loop is restarted: asked at 10 s, 20 s and 30 s");
}
