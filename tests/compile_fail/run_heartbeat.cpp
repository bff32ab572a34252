// A heartbeat has no result at a single moment: a test of it needs a clock.
// errors when wrong: 1
#include <vitals/heartbeat.hpp>
#include <vitals/testing/run.hpp>

vitals::CheckResult run_check(const vitals::Heartbeat& beat) {
#ifdef WRONG
  return vitals::test::run(beat);
#else
  return vitals::test::run([&] { beat.beat(); });
#endif
}
