// Ten thousand checks, and probers that ask as fast as they can.

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
using vitals::Probe;

// A sanitizer makes each step ten times as long.
constexpr int checks = sanitized ? 500 : 10'000;
constexpr int liveness_share = 8;  // one of so many is a liveness check
constexpr int changes_at_a_time = 5;
constexpr int looks_apart = 20;  // a report of so many checks is no small matter

/// Quick checks, half of them on demand; some go and others come all the while.
class Crowd {
 public:
  Crowd(vitals::HealthRegistry& health, const Watch& watch) : health_{health}, watch_{watch} {
    for (int i = 0; i < checks; ++i) add();
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
    const vitals::CheckOptions options{.schedule = number % 2 == 0 ? on_demand() : every(1s)};
    handles_.push_back(number / 2 % liveness_share == 0 ? health_.add_liveness_check(name, check, options)
                                                        : health_.add_readiness_check(name, check, options));
  }

  vitals::HealthRegistry& health_;
  const Watch& watch_;
  std::deque<vitals::CheckHandle> handles_;
  int next_ = 0;
};

int stale_checks(const vitals::HealthRegistry& health) {
  int stale = 0;
  for (const auto probe : {Probe::liveness, Probe::readiness})
    for (const auto& check : health.report(probe).checks())
      if (check.condition == vitals::Condition::stale) ++stale;
  return stale;
}

void attack_with_many(Attack& attack, int hung_checks) {
  const HoldUp hang;
  const Watch watch;
  const Watch hung;
  Service service;
  Crowd crowd{service.health, watch};
  for (int i = 0; i < hung_checks; ++i)
    service.health.add_readiness_check("hung-" + std::to_string(i), hung.over([hang](const auto&) { hang.wait(); }),
                                       {.schedule = i % 2 == 0 ? on_demand() : every(1s), .critical = false});

  attack.expect_soon("each check has run", [&] { return watch.runs() >= checks; });
  int stale = 0;
  const auto answers = attack.probe(service, {.meanwhile = [&, turn = 0]() mutable {
                                      crowd.change();
                                      if (++turn % looks_apart == 0) stale += stale_checks(service.health);
                                    }});

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(stale == 0, "no result was stale");
  attack.expect(watch.overlaps() + hung.overlaps() == 0, "no check ran beside itself");
  attack.expect(watch.runs() >= 2 * checks, "they ran again and again");
  attack.expect(hung.runs() == hung_checks, "each that hangs was started once");
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
