// Ten thousand checks, and probes as fast as possible.

#include <chrono>
#include <deque>
#include <string>

#include "scenarios.hpp"
#include "watch.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::every;
using vitals::on_demand;

// A sanitizer makes every step ten times slower.
constexpr int check_count = sanitized ? 500 : 10'000;
constexpr int liveness_share = 8;  // one of this many checks is a liveness check
constexpr int changes_at_a_time = 5;

/// Quick checks, half of them on demand; some are removed and others added all the time.
class Crowd {
 public:
  Crowd(vitals::HealthRegistry& health, const Watch& watch) : health_{health}, watch_{watch} {
    for (int i = 0; i < check_count; ++i) add();
  }

  void change() {
    for (int i = 0; i < changes_at_a_time; ++i) {
      handles_.front().remove();
      handles_.pop_front();
      add();
    }
  }

 private:
  void add() {
    const int number = next_++;
    const auto name = "check-" + std::to_string(number);
    const auto check = watch_.over([](const auto&) {});
    const auto options = well(number % 2 == 0 ? on_demand() : every(1s));
    handles_.push_back(number / 2 % liveness_share == 0 ? health_.add_liveness_check(name, check, options)
                                                        : health_.add_readiness_check(name, check, options));
  }

  vitals::HealthRegistry& health_;
  const Watch& watch_;
  std::deque<vitals::CheckHandle> handles_;
  int next_ = 0;
};

void attack_with_many(Attack& attack, int hung_checks) {
  const HoldUp hang;
  const Watch watch;
  const Watch hung;
  Service service;
  Crowd crowd{service.health, watch};
  for (int i = 0; i < hung_checks; ++i)
    service.health.add_readiness_check("hung-" + std::to_string(i), hung.over([hang](const auto&) { hang.wait(); }),
                                       {.schedule = i % 2 == 0 ? on_demand() : every(1s), .critical = false});

  attack.expect_soon("each check has run", [&] { return watch.runs() >= check_count; });
  const auto answers = attack.probe(service, {.meanwhile = [&] { crowd.change(); }});

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(watch.overlaps() + hung.overlaps() == 0, "no check ran beside itself");
  attack.expect_soon("each of them ran", [&] {
    for (const auto* target : {"/ready", "/healthz"}) (void)service.endpoint.handle({.target = target});
    return all_ran(service.health.report(vitals::Probe::readiness), "check-", 1) &&
           all_ran(service.health.report(vitals::Probe::liveness), "check-", 1);
  });
  attack.expect_soon("each that hangs was started", [&] { return hung.runs() >= hung_checks; });
  attack.expect(hung.runs() == hung_checks, "and once");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_recovery(service, "/ready");
}

}  // namespace

void ten_thousand_checks(Attack& attack) { attack_with_many(attack, 0); }

void ten_thousand_checks_with_hung_ones(Attack& attack) { attack_with_many(attack, 100); }

void probers_in_a_closed_loop(Attack& attack) {
  const Watch watch;
  Service service;
  Crowd crowd{service.health, watch};

  attack.probe_ungated(service, {.pace = 0ms, .meanwhile = [&] { crowd.change(); }});

  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  attack.expect_recovery(service, "/ready");
}

}  // namespace vitals_test
