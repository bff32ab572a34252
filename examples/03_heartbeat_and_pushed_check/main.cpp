// Two checks that run no code of their own: a loop's heartbeat, and a state that the application pushes.

#include <chrono>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

namespace {

struct Queue {
  void wait() {}
};

}  // namespace

int main() {
  vitals::HealthRegistry health;
  Queue queue;

  vitals::Heartbeat beat{5s};                    // silent for longer than 5 s = failed
  health.add_liveness_check("feed-loop", beat);  // a Heartbeat is itself a check
  beat.bind_to_this_thread();                    // Linux: a failure then says where the thread hangs
  beat.beat();  // wait-free, a few nanoseconds; { auto idle = beat.idle(); queue.wait(); }

  {
    auto idle = beat.idle();
    queue.wait();
  }

  vitals::PushedCheck price_feed{vitals::CheckResult::warn("connecting")};  // pushed instead of polled
  health.add_readiness_check("price-feed", price_feed);
  expect(health.report(vitals::Probe::readiness).status() == vitals::Status::warn, "the feed connects");

  price_feed.set(vitals::CheckResult::pass());
  expect(health.report(vitals::Probe::readiness).status() == vitals::Status::pass, "the feed is there");
  expect(health.report(vitals::Probe::liveness).status() == vitals::Status::pass, "the loop is alive");
}
