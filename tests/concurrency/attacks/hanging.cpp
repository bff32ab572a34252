// Checks that hang, and checks that are slow.

#include <chrono>
#include <string>

#include "scenarios.hpp"
#include "watch.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::every;
using vitals::on_demand;
using vitals::Probe;

// Every live check of the probe has a result of late, and a good one.
bool all_fresh(const vitals::Report& report) {
  for (const auto& check : report.checks()) {
    if (!check.name.starts_with("live")) continue;
    if (check.status != vitals::Status::pass || check.condition > vitals::Condition::running) return false;
  }
  return true;
}

std::string numbered(const std::string& name, int number) { return name + '-' + std::to_string(number); }

}  // namespace

void every_check_hangs(Attack& attack) {
  constexpr int checks = 300;  // more than there may be threads
  const HoldUp hang;
  const Watch watch;
  Service service;
  for (int i = 0; i < checks; ++i) {
    const auto check = watch.over([hang](const vitals::CheckContext&) { hang.wait(); });
    // Most of them leave the count of those in time soon, so that the threads run out.
    const vitals::CheckOptions options{.timeout = i % 4 == 0 ? 500ms : 50ms,
                                       .schedule = i % 2 == 0 ? on_demand() : every(1s)};
    if (i % 3 == 0)
      service.health.add_liveness_check(numbered("hung", i), check, options);
    else
      service.health.add_readiness_check(numbered("hung", i), check, options);
  }

  attack.probe(service);

  attack.expect(service.endpoint.handle({.target = "/ready"}).value().status == 503, "what hangs has failed");
  attack.expect(service.health.report(Probe::liveness).status() == vitals::Status::fail, "liveness, too");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  attack.expect(watch.runs() <= checks, "none was started again while it hung");
  attack.expect(watch.runs() >= 200 && attack.most_threads() >= 190, "they took all the threads that they might");
  attack.expect(watch.told_to_stop() >= watch.runs() - 32, "each was told to stop");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_recovery(service, "/ready");
  attack.expect_recovery(service, "/healthz");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself while they recovered");
}

void remote_checks_hang_beside_live_ones(Attack& attack) {
  constexpr int hung_checks = 100;
  constexpr int live_checks = 20;
  const HoldUp hang;
  const Watch hung;
  const Watch live;
  Service service;
  for (int i = 0; i < hung_checks; ++i)
    service.health.add_readiness_check(numbered("hung", i), hung.over([hang](const auto&) { hang.wait(); }),
                                       {.schedule = i % 2 == 0 ? on_demand() : every(1s), .critical = false});
  for (int i = 0; i < live_checks; ++i) {
    const vitals::CheckOptions options{.schedule = i % 2 == 0 ? on_demand() : every(200ms)};
    service.health.add_liveness_check(numbered("live-loop", i), live.over([](const auto&) {}), options);
    service.health.add_readiness_check(numbered("live-queue", i), live.over([](const auto&) {}), options);
  }

  // The first answers wait for what hangs, up to the budget.
  attack.probe(service, {.duration = sanitized ? 3s : 1500ms});
  attack.expect(hung.runs() == hung_checks, "each that hangs was started once");
  attack.expect(hung.told_to_stop() == hung_checks, "each that hangs was told to stop");
  int stale = 0;
  const auto answers = attack.probe(service, {.meanwhile = [&] {
                                      if (!all_fresh(service.health.report(Probe::liveness))) ++stale;
                                      if (!all_fresh(service.health.report(Probe::readiness))) ++stale;
                                    }});

  attack.expect(stale == 0, "the live ones were fresh all the while");
  attack.expect(answers.all_good("liveness") && answers.all_good("readiness"), "liveness and readiness passed");
  attack.expect(answers.of("").over(250ms + attack.allowance()) == 0, "once those had timed out, answers didn't wait");
  attack.expect(hung.runs() == hung_checks, "none was started again while it hung");
  attack.expect(hung.overlaps() + live.overlaps() == 0, "no check ran beside itself");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_soon("each that hung ran again", [&] { return hung.runs() >= 2 * hung_checks; });
  attack.expect_soon("readiness passes without a warning",
                     [&] { return service.health.report(Probe::readiness).status() == vitals::Status::pass; });
}

void slow_checks_run_together(Attack& attack) {
  constexpr int checks = 20;
  const HoldUp end;
  const Watch watch;
  Service service;
  for (int i = 0; i < checks; ++i)
    service.health.add_readiness_check(numbered("slow", i), watch.over([end](const auto&) { end.wait_for(400ms); }));

  attack.probe(service, {.duration = 1s});  // until each has a result
  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(answers.all_good("readiness") || sanitized, "every answer had the results of all");
  attack.expect(answers.of("").over(600ms + attack.allowance()) == 0, "they ran together and not in a row");
  attack.expect(watch.runs() >= 2 * checks, "they ran again and again");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  attack.expect(service.health.report(Probe::readiness).find("slow-0")->timeouts == 0 || sanitized,
                "none was late for its timeout");
  end.release();
}

void liveness_beside_hung_checks(Attack& attack) {
  constexpr int hung_checks = 400;  // more than there may be threads
  const HoldUp hang;
  const Watch hung;
  const Watch asked;
  const Watch periodic;
  Service service;
  service.health.add_liveness_check("asked", asked.over([](const auto&) {}));
  service.health.add_liveness_check("periodic", periodic.over([](const auto&) {}), {.schedule = every(1s)});
  for (int i = 0; i < hung_checks; ++i)
    service.health.add_readiness_check(numbered("hung", i), hung.over([hang](const auto&) { hang.wait(); }),
                                       {.timeout = 50ms, .schedule = i % 2 == 0 ? on_demand() : every(1s)});
  attack.probe(service, {.duration = 2s});
  const int asked_before = asked.runs();
  const int periodic_before = periodic.runs();

  const auto answers = attack.probe(service);

  attack.expect(attack.most_threads() >= 190, "what hangs took all the threads that it might");
  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(asked.runs() > asked_before && periodic.runs() > periodic_before, "its checks went on being run");
  attack.expect(asked.overlaps() + periodic.overlaps() + hung.overlaps() == 0, "no check ran beside itself");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_recovery(service, "/ready");
}

}  // namespace vitals_test
