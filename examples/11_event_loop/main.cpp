// The health routes on a server with an event loop, which must never block: async_handle() answers later, and an
// eventfd wakes the loop to send the answer.

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include <vitals/vitals.hpp>

#include "../ask.hpp"
#include "event_loop.hpp"
#include "loop_server.hpp"

using namespace std::chrono_literals;

int main() {
  std::promise<void> warmed;
  EventLoop loop;                                         // declared before the Runner, which posts answers to it
  vitals::HealthRegistry health{{.answer_budget = 60s}};  // this long because the check below hangs
  health.add_readiness_check("cache", [cache = warmed.get_future().share()] { cache.wait(); }, {.timeout = 60s});
  vitals::Endpoint endpoint{health};
  std::atomic<std::thread::id> answered_on;
  LoopServer server{loop, endpoint, [&](std::string_view) {
                      answered_on = std::this_thread::get_id();
                      return std::string{"the application's own answer"};
                    }};
  vitals::Runner runner{health};
  std::jthread thread{[&] { loop.run(); }};

  // While the check hangs, the answer to /ready waits, but the loop doesn't.
  auto ready = std::async(std::launch::async, [&] { return ask(server.port(), "/ready").status; });
  expect(ask(server.port(), "/orders").body == "the application's own answer", "the loop goes on");
  expect(answered_on.load() == thread.get_id(), "on its own thread");
  warmed.set_value();
  expect(ready.get() == 200, "the answer comes when the check is over");

  loop.post([&] { loop.stop(); });
}
