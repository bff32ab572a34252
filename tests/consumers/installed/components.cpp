// Uses each optional component that was requested.

#include <vitals/registry.hpp>

#ifdef WITH_CHECKS
#include <vitals/checks/disk_space.hpp>
#endif
#ifdef WITH_GRPC
#include <vitals/grpc.hpp>
#endif
#ifdef WITH_MYSQL
#include <vitals/checks/mysql.hpp>
#endif
#ifdef WITH_PAGE
#include <vitals/endpoint.hpp>
#include <vitals/page.hpp>
#endif
#ifdef WITH_POSTGRES
#include <vitals/checks/postgres.hpp>
#endif
#ifdef WITH_PROBE
#include <vitals/probe_main.hpp>
#endif
#ifdef WITH_PROMETHEUS
#include <vitals/prometheus.hpp>
#endif
#ifdef WITH_SQLITE
#include <vitals/checks/sqlite.hpp>
#endif
#ifdef WITH_SYSTEMD
#include <vitals/systemd.hpp>
#endif
#ifdef WITH_TLS
#include <vitals/checks/certificate.hpp>
#include <vitals/server.hpp>
#include <vitals/tls.hpp>
#endif

int main() {
  vitals::HealthRegistry health;
#ifdef WITH_CHECKS
  using namespace vitals::literals;
  health.add_readiness_check("disk", vitals::checks::DiskSpace{"/", {.warn_below = 10_GiB, .fail_below = 0_percent}});
#endif
#ifdef WITH_GRPC
  const vitals::GrpcHealthService grpc_health{health};
  health.add_readiness_check("grpc", [] { return true; });
#endif
#ifdef WITH_MYSQL
  health.add_readiness_check("mysql", vitals::checks::MySql{"mysql://app@db/app"});
#endif
#ifdef WITH_PAGE
  const vitals::Endpoint endpoint{health, {.routes = {vitals::page()}}};
  health.add_readiness_check("page", [&] {
    return endpoint.handle({.target = "/health", .accept = "text/html"}).value().body.starts_with("<!doctype html>");
  });
  health.run_due();
  if (health.report("page").status != vitals::Status::pass) return 1;
#endif
#ifdef WITH_POSTGRES
  health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
#endif
#ifdef WITH_PROBE
  const char* const words[]{"app"};
  health.add_readiness_check("probe", [&] { return !vitals::probe_main(1, words); });
#endif
#ifdef WITH_PROMETHEUS
  const vitals::PrometheusCollector collector{health};
  health.add_readiness_check("families", [&] { return !collector.collectable()->Collect().empty(); });
  health.run_due();
  if (health.report("families").status != vitals::Status::pass) return 1;
#endif
#ifdef WITH_SQLITE
  health.add_readiness_check("sqlite", vitals::checks::Sqlite{"notes.db"});
#endif
#ifdef WITH_SYSTEMD
  const vitals::SystemdNotifier systemd{health};
  health.add_readiness_check("systemd", [&] { return !systemd.in_unit(); });
#endif
#ifdef WITH_TLS
  const vitals::HealthServer server{
      health, {.tls = vitals::tls({.certificate_file = "/tls/tls.crt", .key_file = "/tls/tls.key"})}};
  health.add_readiness_check("tls", [&] { return server.port() == 0; });
  health.add_readiness_check("certificate", vitals::checks::Certificate{"/tls/tls.crt"}, {.critical = false});
#endif
  return health.report(vitals::Probe::readiness).checks().empty() ? 1 : 0;
}
