// A migration that must succeed once: the check runs it until it has.

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>

#include <vitals/vitals.hpp>

#include "trial.hpp"

using namespace std::chrono_literals;
using vitals::CheckResult;

namespace {

constexpr int latest = 7;

/// Stands in for the application's database. Each call throws while it can't be reached.
class Database {
 public:
  bool is_reachable = false;
  int calls = 0;

  int version() { return require(), version_; }
  void apply(int step) { require(), version_ = step; }

 private:
  void require() {
    ++calls;
    if (!is_reachable) throw std::runtime_error{"the database can't be reached"};
  }
  int version_ = 4;
};

/// Each step is a transaction. A migration that was interrupted goes on where it stood.
CheckResult migrate(Database& database, const std::stop_token& stop) {
  for (int version = database.version(); version < latest; database.apply(++version))
    if (stop.stop_requested()) return CheckResult::fail("stopped at version " + std::to_string(version));
  return CheckResult::pass();
}

void add_migration_check(vitals::HealthRegistry& health, Database& database) {
  health.add_startup_check(
      "migration", [&](const vitals::CheckContext& run) { return migrate(database, run.stop_token()); },
      {.timeout = 5min, .schedule = vitals::every(5s)});  // in the background, never twice at once; again after 5 s
}

}  // namespace

int main() {
  Database database;
  Trial trial;
  add_migration_check(trial.health, database);

  const auto first = trial.run("migration");
  expect(first.status == vitals::Status::fail, "without its database the migration fails");
  expect(first.message == "the database can't be reached", "the report says why");
  expect(!trial.is_good(vitals::Probe::startup), "startup isn't over");
  expect(!trial.is_good(vitals::Probe::readiness), "so there is no traffic");
  expect(trial.is_good(vitals::Probe::liveness), "but liveness passes, so there is no restart");

  database.is_reachable = true;
  std::stop_source stop;
  stop.request_stop();
  expect(migrate(database, stop.get_token()) == CheckResult::fail("stopped at version 4"), "a stop request ends it");
  expect(trial.run("migration").status == vitals::Status::pass, "the next run succeeds");
  expect(database.version() == latest, "the schema is the latest");
  expect(trial.is_good(vitals::Probe::startup) && trial.is_good(vitals::Probe::readiness), "traffic may come");

  database.is_reachable = false;
  const int calls = database.calls;
  trial.run("migration");
  expect(database.calls == calls, "it doesn't run any more");
  expect(trial.is_good(vitals::Probe::startup) && trial.is_good(vitals::Probe::readiness),
         "later failures don't count");
}
