// stop() on one thread while the context is destroyed on another: either comes first, or both happen at once.

#include <atomic>
#include <barrier>
#include <memory>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

#include "support/machine.hpp"

namespace vitals_test {
namespace {

constexpr int rounds = sanitized ? 5'000 : 1'000;

/// Delays one of two threads a little, differently in each round.
void pause(int steps) {
  for (std::atomic<int> step = 0; step < steps; ++step) continue;
}

/// Registers a check on the context before the server is made: a context shuts down what was added first last.
void add_loop_check(vitals::HealthRegistry& health, boost::asio::io_context& io) {
  health.add_readiness_check("loop", vitals::run_on(io, [] { return true; }));
}

std::unique_ptr<vitals::HostedServer> make_server(boost::asio::io_context& io, vitals::HealthRegistry& health) {
  return std::make_unique<vitals::HostedServer>(io, health,
                                                vitals::HealthServerOptions{.address = "127.0.0.1", .port = 0});
}

/// @param end  Ends the server while the context is destroyed on another thread.
template <class End>
void race(bool has_loop_check, End end) {
  for (int round = 0; round < rounds; ++round) {
    vitals::HealthRegistry health;
    auto io = std::make_unique<boost::asio::io_context>();
    if (has_loop_check) add_loop_check(health, *io);
    auto server = make_server(*io, health);
    server->start();
    std::barrier start{2};
    std::thread ending{[&] {
      start.arrive_and_wait();
      pause(round % 40 * 50);
      end(server);
    }};
    start.arrive_and_wait();
    pause((39 - round % 40) * 50);
    io.reset();
    ending.join();
  }
}

TEST(ContextRaceTest, StopMayRaceWithTheEndOfTheContext) {
  race(false, [](auto& server) { server->stop(); });
}

TEST(ContextRaceTest, TheServersEndMayRaceWithTheEndOfTheContext) {
  race(true, [](auto& server) { server.reset(); });
}

}  // namespace
}  // namespace vitals_test
