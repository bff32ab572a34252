#pragma once

// Typical uses of the optional parts.

#include <chrono>
#include <functional>

namespace user {

inline void register_ready_made(vitals::HealthRegistry& health) {
  health.add_readiness_check("mysql", vitals::checks::MySql{"mysql://app@db/app"});
  health.add_readiness_check("postgres", vitals::checks::Postgres{"postgresql://app@db/app"});
  health.add_readiness_check("notes", vitals::checks::Sqlite{"notes.db"});
}

inline void serve_on(boost::asio::io_context& io, vitals::HealthRegistry& health) {
  health.add_liveness_check("event-loop", vitals::run_on(io, [] { return true; }));
  health.add_readiness_check("coroutine", vitals::run_on(io, []() -> boost::asio::awaitable<vitals::CheckResult> {
                               co_return vitals::CheckResult::pass();
                             }));
  vitals::HostedServer server{io, health, {.port = 0}};
  server.start();
  io.run();
}

inline bool respond(const vitals::Endpoint& endpoint,
                    const boost::beast::http::request<boost::beast::http::string_body>& request) {
  const auto pending =
      vitals::async_respond(endpoint, request, [](std::optional<vitals::BeastResponse> reply) { (void)reply; });
  return vitals::respond(endpoint, request).has_value();
}

inline bool is_probe(int argc, char** argv) { return vitals::probe_main(argc, argv).has_value(); }
inline vitals::EndpointOptions with_page() { return {.routes = {vitals::page()}}; }

#if __has_include(<prometheus/collectable.h>)
inline bool collect(const vitals::HealthRegistry& health) {
  const vitals::PrometheusCollector collector{health};
  return collector.collectable()->Collect().empty();
}
#endif

inline void test_check() {
  using vitals::test::IsFail, vitals::test::HasDatum;
  vitals::test::ManualClock clock;
  vitals::HealthRegistry health{{.clock = clock}};
  const auto script = vitals::test::ScriptedCheck{}.pass().fail(3, "3 GiB free").taking(2s, clock).hang();
  health.add_readiness_check("disk", script);
  clock.advance(5s);
  health.run_due();
  EXPECT_THAT(vitals::test::run([] { return vitals::CheckResult::fail("no").with("free", 3); }),
              testing::AllOf(IsFail("no"), HasDatum("free", testing::Ge(0))));
  const vitals::HttpGetProbe readiness{.path = "/ready", .timeout = 2s, .period = 5s, .failure_threshold = 3};
  vitals::test::Kubelet kubelet{health, clock, {.readiness = readiness}};
  kubelet.advance(35s);
  const vitals::test::Server server{health};
  EXPECT_EQ(server.fetch("/ready").status, kubelet.ready() ? 200 : 503);
}

}  // namespace user
