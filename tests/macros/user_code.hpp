#pragma once

// Typical uses of the default package: its main types, their options and their results.

#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

namespace user {

using namespace std::chrono_literals;

inline void register_checks(vitals::HealthRegistry& health) {
  const vitals::CheckOptions options{.timeout = 300ms,
                                     .schedule = vitals::every(5s, {.while_failing = 1s}),
                                     .failure_threshold = 3,
                                     .success_threshold = 2,
                                     .critical = false,
                                     .last_known_good_for = 30s,
                                     .stale_after = 60s};
  const auto queue = [](const vitals::CheckContext& context) {
    return (context.remaining() > 1ms ? vitals::CheckResult::pass() : vitals::CheckResult::warn("backlog"))
        .with("depth", 12);
  };
  health.add_readiness_check("queue", queue, options);
  health.add_startup_check("migration", [] { return true; });
  const auto connect = [](const vitals::CheckContext&, vitals::CheckCompletion done) {
    done(vitals::CheckResult::fail("no answer"));
  };
  const vitals::ScopedCheck scoped = health.add_readiness_check("connection", connect);
  const vitals::Heartbeat beat{5s};
  health.add_liveness_check("loop", beat);
  beat.beat();
  vitals::HeartbeatGroup workers{5s, {.fails_when = vitals::FailsWhen::all_silent}};
  health.add_liveness_check("workers", workers);
  vitals::PushedCheck flag{vitals::CheckResult::warn("connecting"), {.valid_for = 30s}};
  flag.set(vitals::CheckResult::pass());
}

inline bool read_report(const vitals::HealthRegistry& health) {
  const vitals::Report report = health.report(vitals::Probe::readiness);
  const auto check = report.find("queue");
  for (const vitals::CheckReport& one : report.checks()) std::cout << one.name << ' ' << one.status << '\n';
  return check && check->status != vitals::Status::fail &&
         vitals::worse(check->status, report.status()) != check->status;
}

inline int serve() {
  vitals::HealthRegistry health{{.answer_budget = 750ms, .startup_limit = 1min, .shutdown_limit = 30s}};
  register_checks(health);
  const auto log = health.on_change(vitals::log_changes(std::clog));
  const auto own = health.on_change([](const vitals::HealthEvent& event) { std::cout << event.check << '\n'; });
  vitals::HealthServer server{health, {.port = 0, .endpoint = {.details = vitals::Callers::anyone}}};
  vitals::Lifecycle lifecycle{health, server, {.propagation_delay = 1s, .stop_signals = {SIGTERM, SIGINT}}};
  lifecycle.on_stop(
      "worker", [] {}, 1s);
  server.start();
  if (const auto work = lifecycle.begin_work(); !work) return 1;
  return read_report(health) ? lifecycle.run_or_exit() : 1;
}

inline int mount(vitals::HealthRegistry& health) {
  const vitals::Runner runner{health};
  const vitals::Endpoint endpoint{health};
  const auto pending = endpoint.async_handle({.method = "GET", .target = "/ready"},
                                             [](std::optional<vitals::HttpResponse> reply) { (void)reply; });
  const std::optional<vitals::HttpResponse> reply = endpoint.handle({.method = "GET", .target = "/ready"});
  return reply ? reply->status : 0;
}

}  // namespace user
