// A pool: can this instance get a connection in time?

#include "pool.hpp"

#include <vitals/vitals.hpp>

#include "trial.hpp"

using vitals::CheckResult;

namespace {

void add_pool_check(vitals::HealthRegistry& health, Pool& pool) {
  health.add_readiness_check(
      "pool",
      [&](const vitals::CheckContext& run) {
        const auto connection = pool.try_acquire_for(run.remaining() / 2);  // the rest is for saying that none was free
        return connection ? CheckResult::pass() : CheckResult::fail("no connection was free");
      },                          // the connection goes back here
      {.failure_threshold = 3});  // one peak of the load isn't a failure
}

}  // namespace

int main() {
  Pool pool{2};
  Trial trial;
  add_pool_check(trial.health, pool);

  expect(trial.run("pool").status == vitals::Status::pass, "a connection is free");
  expect(pool.available() == 2, "the check has given it back");

  auto first = pool.try_acquire_for({});
  auto second = pool.try_acquire_for({});
  expect(first && second && pool.available() == 0, "the pool is exhausted");
  trial.run("pool");
  trial.run("pool");
  expect(trial.is_good(vitals::Probe::readiness), "twice doesn't count yet");
  const auto exhausted = trial.run("pool");
  expect(exhausted.status == vitals::Status::fail, "the third time in a row does");
  expect(exhausted.message == "no connection was free", "the report says why");
  expect(!trial.is_good(vitals::Probe::readiness), "the instance gets no more traffic");

  first.reset();
  expect(trial.run("pool").status == vitals::Status::pass, "one connection that is free again is enough");
  expect(trial.is_good(vitals::Probe::readiness), "the instance gets traffic again");
  expect(pool.available() == 1, "the check has given that one back, too");
}
