// Saturation of a queue: does this instance keep up with its work?

#include "queue.hpp"

#include <chrono>

#include <vitals/vitals.hpp>

#include "trial.hpp"

using vitals::CheckResult;

namespace {

CheckResult saturation(const Queue::Load& load) {
  if (load.depth >= load.capacity) return CheckResult::fail("the queue is full");
  if (load.depth * 10 >= load.capacity * 8) return CheckResult::warn("the queue fills up");  // from 80 % on
  return CheckResult::pass();
}

void add_queue_check(vitals::HealthRegistry& health, const Queue& queue) {
  health.add_readiness_check("queue", [&] {
    const auto load = queue.load();
    return saturation(load).with("depth", load.depth).with("capacity", load.capacity).with("oldest", load.oldest);
  });
}

}  // namespace

int main() {
  Queue queue{10};
  Trial trial;
  add_queue_check(trial.health, queue);
  const auto fill_to = [&](std::size_t depth) {
    while (queue.load().depth < depth) queue.push();
    return trial.run("queue");
  };

  expect(trial.run("queue").data.back() == vitals::Datum{"oldest", 0}, "nothing waits in an empty queue");
  queue.push(std::chrono::steady_clock::now() - std::chrono::hours{1});
  expect(fill_to(7).status == vitals::Status::pass, "7 of 10 are no reason to worry");
  expect(fill_to(8).status == vitals::Status::warn, "8 of 10 are a warning");
  expect(fill_to(9).status == vitals::Status::warn, "so are 9");
  expect(trial.is_good(vitals::Probe::readiness), "with a warning the instance stays ready");

  const auto full = fill_to(10);
  expect(full.status == vitals::Status::fail && !trial.is_good(vitals::Probe::readiness), "a full queue takes no more");
  expect(full.message == "the queue is full", "the report says why");
  expect(full.data[0] == vitals::Datum{"depth", 10U} && full.data[1] == vitals::Datum{"capacity", 10U}, "and how full");
  expect(full.data[2].key == "oldest" && full.data[2].value.as_integer() >= 3600,
         "the oldest job has waited for an hour");

  queue.pop();
  expect(trial.run("queue").status == vitals::Status::warn, "there is room again");
  expect(trial.is_good(vitals::Probe::readiness), "the instance gets traffic again");
}
