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

/// The shortest time, on any machine, for an answer that waits: waiting ends a fifteenth before the budget does.
constexpr auto shortest_wait = Attack::budget - Attack::budget / 15;

std::string numbered(const std::string& name, int number) { return name + '-' + std::to_string(number); }

}  // namespace

void every_check_hangs(Attack& attack) {
  constexpr int checks = 300;  // more than there may be threads
  const HoldUp hang;
  const Watch watch;
  Service service;
  for (int i = 0; i < checks; ++i) {
    const auto check = watch.over([hang](const vitals::CheckContext&) { hang.wait(); });
    // Most of them time out soon and leave the count of runs within their timeout, so that the threads run out.
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
  attack.expect_soon("they took all the threads that they might", [&] { return watch.runs() >= 200; });
  attack.expect_soon("each was told to stop", [&] { return watch.told_to_stop() >= watch.runs() - 32; });
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
    const auto options = well(i % 2 == 0 ? on_demand() : every(200ms));
    service.health.add_liveness_check(numbered("live-loop", i), live.over([](const auto&) {}), options);
    service.health.add_readiness_check(numbered("live-queue", i), live.over([](const auto&) {}), options);
  }

  // The first answers wait for the hanging runs, up to the budget.
  attack.probe(service, {.duration = 1500ms});
  attack.expect_soon("each that hangs was started and told to stop",
                     [&] { return hung.runs() == hung_checks && hung.told_to_stop() == hung_checks; });
  const auto answers = attack.probe(service);

  attack.expect_soon("the live ones ran again and again", [&] {
    (void)service.endpoint.handle({.target = "/ready"});
    (void)service.endpoint.handle({.target = "/healthz"});
    return all_ran(service.health.report(Probe::liveness), "live", 3) &&
           all_ran(service.health.report(Probe::readiness), "live", 3);
  });
  attack.expect(answers.all_good("liveness") && answers.all_good("readiness"), "liveness and readiness passed");
  attack.expect(answers.of("readiness").per_mille(0) < shortest_wait, "once those had timed out, answers didn't wait");
  attack.expect(hung.runs() == hung_checks, "none was started again while it hung");
  attack.expect(hung.overlaps() + live.overlaps() == 0, "no check ran beside itself");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_soon("each that hung ran again", [&] { return hung.runs() >= 2 * hung_checks; });
  attack.expect_soon("readiness passes without a warning",
                     [&] { return service.health.report(Probe::readiness).status() == vitals::Status::pass; });
}

void a_run_outlasts_the_budget(Attack& attack) {
  const HoldUp hang;
  const Watch watch;
  Service service;
  service.health.add_liveness_check("alive", watch.over([](const auto&) {}), well());
  service.health.add_readiness_check("endless", watch.over([hang](const auto&) { hang.wait(); }),
                                     {.timeout = 1h, .schedule = every(1h)});

  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(answers.of("readiness").good() == 0, "readiness failed");
  attack.expect(answers.of("readiness").per_mille(0) >= shortest_wait, "each answer of its waited for the run");
  hang.release();
  attack.expect_recovery(service, "/ready");
}

void slow_checks_run_together(Attack& attack) {
  constexpr int checks = 20;
  const HoldUp end;
  const Watch watch;
  Service service;
  for (int i = 0; i < checks; ++i)
    service.health.add_readiness_check(numbered("slow", i), watch.over([end](const auto&) { end.wait_for(400ms); }));

  attack.expect_recovery(service, "/ready");  // by now each check has a result
  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect(watch.most_at_once() >= 2, "they ran together and not in a row");
  attack.expect_soon("they ran again and again", [&] {
    (void)service.endpoint.handle({.target = "/ready"});
    return watch.runs() >= 2 * checks;
  });
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  end.release();
}

void liveness_beside_hung_checks(Attack& attack) {
  constexpr int hung_checks = 400;  // more than there may be threads
  const HoldUp hang;
  const Watch hung;
  const Watch asked;
  const Watch periodic;
  Service service;
  service.health.add_liveness_check("asked", asked.over([](const auto&) {}), well());
  service.health.add_liveness_check("periodic", periodic.over([](const auto&) {}), well(every(1s)));
  for (int i = 0; i < hung_checks; ++i)
    service.health.add_readiness_check(numbered("hung", i), hung.over([hang](const auto&) { hang.wait(); }),
                                       {.timeout = 50ms, .schedule = i % 2 == 0 ? on_demand() : every(1s)});
  attack.expect_soon("what hangs took all the threads that it might", [&] { return hung.runs() >= 190; });
  const int asked_before = asked.runs();
  const int periodic_before = periodic.runs();

  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "liveness passed");
  attack.expect_soon("its checks went on being run", [&] {
    (void)service.endpoint.handle({.target = "/healthz"});
    return asked.runs() > asked_before && periodic.runs() > periodic_before;
  });
  attack.expect(asked.overlaps() + periodic.overlaps() + hung.overlaps() == 0, "no check ran beside itself");
  attack.expect_bounded_threads();
  hang.release();
  attack.expect_recovery(service, "/ready");
}

}  // namespace vitals_test
