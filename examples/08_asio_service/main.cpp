// A service on one io_context: its work, its checks and the health server share one thread.

#include <chrono>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#ifdef BOOST_ASIO_HAS_CO_AWAIT
#include <boost/asio/use_awaitable.hpp>
#endif

#include <vitals/asio.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;

#ifdef BOOST_ASIO_HAS_CO_AWAIT
/// Stands in for a client with an asynchronous ping.
struct Cache {
  boost::asio::io_context& io;

  boost::asio::awaitable<bool> ping() {
    boost::asio::steady_timer answer{io, 1ms};
    co_await answer.async_wait(boost::asio::use_awaitable);
    co_return true;
  }
};
#endif

int main() {
  boost::asio::io_context io;
  vitals::HealthRegistry health;

  health.add_liveness_check("event-loop", vitals::run_on(io, [] { return true; }));  // fails when the loop is blocked
#ifdef BOOST_ASIO_HAS_CO_AWAIT
  Cache cache{io};
  health.add_readiness_check("cache", vitals::run_on(io, [&]() -> boost::asio::awaitable<vitals::CheckResult> {
                               if (co_await cache.ping()) co_return vitals::CheckResult::pass();
                               co_return vitals::CheckResult::fail("no PONG");
                             }));
#endif

  vitals::HostedServer server{io, health, {.port = 0}};  // on the host's io_context or executor
  server.start();

  const std::jthread prober{[&, port = server.port()] {
    expect(ask(port, "/healthz").status == 200, "the loop is alive");
    expect(ask(port, "/ready").status == 200, "what it depends on, too");

    health.begin_shutdown("SIGTERM");
    expect(ask(port, "/ready").status == 503, "no longer ready, but still answering");
    server.stop();  // leaves the loop without work
  }};
  io.run();
}
