// A check that uses its context and returns data. Its options decide how much its failures count.

#include <chrono>
#include <cstdint>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

namespace {

struct Queue {
  std::uint64_t waiting = 0;
  [[nodiscard]] std::uint64_t depth(std::chrono::milliseconds /*at_most*/) const { return waiting; }
};

}  // namespace

int main() {
  Queue queue;

  vitals::HealthRegistry health;
  health.add_readiness_check(
      "orders-queue",
      [&](const vitals::CheckContext& context) {
        const auto depth = queue.depth(context.remaining());
        return (depth < 10'000 ? vitals::CheckResult::pass() : vitals::CheckResult::warn("backlog"))
            .with("depth", depth);
      },
      {.timeout = 300ms,
       .schedule = vitals::every(5s),  // in the background, jittered; the default is on_demand(1s)
       .failure_threshold = 3,         // consecutive, as in a Kubernetes probe
       .success_threshold = 2,
       .critical = false,             // its failure makes the whole `warn` (200), not `fail` (503)
       .last_known_good_for = 30s});  // failures within 30 s of the last success are shown, but count as `warn`

  queue.waiting = 12'345;
  health.run_due();  // a Runner or a HealthServer does this in the background; here it happens at once, on this thread

  const vitals::Report report = health.report(vitals::Probe::readiness);
  const auto* orders = report.find("orders-queue");
  expect(report.status() == vitals::Status::warn, "a backlog is a warning");
  expect(orders->message == "backlog", "the report says why");
  expect(orders->data.front() == vitals::Datum{"depth", 12'345U}, "and how much");
}
