// A service on one io_context: its own work, a check of that work, and the server.

#include <future>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>
#include <vitals/registry.hpp>

#include "../ask.hpp"

int main() {
  boost::asio::io_context io;
  vitals::HealthRegistry health;
  health.add_readiness_check("event-loop", vitals::run_on(io, [] { return true; }));
  vitals::HostedServer server{io, health, {.port = 0}};
  server.start();
  std::thread loop{[&] { io.run(); }};

  const auto answer = ask(server.port(), "/ready");
  server.stop();
  loop.join();

  return answer.starts_with("HTTP/1.1 200 ") ? 0 : 1;
}
