// A ready-made check of a remote dependency. The database doesn't exist: the example shows how its failure is reported.

#include <vitals/checks/postgres.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

int main() {
  vitals::HealthRegistry health;
  // No server has a socket in this folder. A service would use "postgresql://app@db/app".
  health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app:s3cret@/app?host=/nowhere"});
  // health.add_liveness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
  // error: static assertion failed: vitals: a check of a remote dependency can't be a liveness check: its outage
  //        would restart every replica. Use add_readiness_check.

  health.run_due();

  const vitals::Report report = health.report(vitals::Probe::readiness);
  const auto* postgres = report.find("postgres");
  std::cout << postgres->message << '\n';
  expect(report.status() == vitals::Status::fail, "without its database the service isn't ready");
  expect(postgres->message.find("s3cret") == std::string::npos, "the password isn't told");
  expect(health.report(vitals::Probe::liveness).status() == vitals::Status::pass, "but it isn't restarted for that");
}
