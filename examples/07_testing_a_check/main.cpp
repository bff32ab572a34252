// How a check is tested: the test owns the clock and runs what is due, so that there is no thread and no sleep.

#include <chrono>
#include <memory>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

namespace {

class ManualClock final : public vitals::Clock::Source {
 public:
  void advance(vitals::Duration duration) { now_ += duration; }
  [[nodiscard]] vitals::SteadyTime steady_now() const noexcept override { return now_; }
  [[nodiscard]] vitals::WallTime wall_now() const noexcept override {
    return vitals::WallTime{now_.time_since_epoch()};
  }

 private:
  vitals::SteadyTime now_{1h};
};

}  // namespace

int main() {
  const auto clock = std::make_shared<ManualClock>();
  vitals::HealthRegistry health{{.clock = vitals::Clock{clock}}};
  bool answers = true;
  health.add_readiness_check("backend", [&] { return answers; },
                             {.schedule = vitals::every(5s), .failure_threshold = 3});
  const auto status_after = [&](vitals::Duration duration) {
    clock->advance(duration);
    health.run_due();
    return health.report(vitals::Probe::readiness).status();
  };

  expect(health.report(vitals::Probe::readiness).status() == vitals::Status::fail, "not checked yet is not ready");
  expect(status_after(0s) == vitals::Status::pass, "the first success counts at once");

  answers = false;
  expect(status_after(6s) == vitals::Status::pass, "one failure doesn't count yet");
  expect(status_after(6s) == vitals::Status::pass, "nor do two");
  expect(status_after(6s) == vitals::Status::fail, "the third in a row does");

  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("loop", beat);
  clock->advance(6s);
  expect(health.report(vitals::Probe::liveness).status() == vitals::Status::fail, "a silent loop is dead");
}
