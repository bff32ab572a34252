// The health routes on an existing server, here a toy with a thread per request.

#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/vitals.hpp>

#include "../ask.hpp"
#include "toy_server.hpp"

int main() {
  vitals::HealthRegistry health;
  health.add_readiness_check("cache", [] { return true; });

  vitals::Runner runner{health};  // runs the checks: an Endpoint has no threads
  vitals::Endpoint endpoint{health};

  // handle() may block for the answer budget: only for servers with a thread per request.
  ToyServer server{[&](std::string_view method, std::string_view target, const ToyServer::Write& write) {
    if (auto reply = endpoint.handle({.method = method, .target = target}))  // nullopt: not our path
      write(reply->status, reply->headers, reply->body);
    else
      write(200, {}, "the application's own answer");
  }};

  expect(ask(server.port(), "/ready").status == 200, "the health routes are answered");
  expect(ask(server.port(), "/orders").body == "the application's own answer", "all others are the application's");

  // For event loops, which must not block: `done` is called later, from a thread of the Runner, and posts to the loop.
  const std::string method = "GET";
  const std::string target = "/healthz";
  std::promise<int> status;
  auto pending = endpoint.async_handle(
      {.method = method, .target = target},
      [&](std::optional<vitals::HttpResponse> reply) { status.set_value(reply ? reply->status : 0); });
  expect(status.get_future().get() == 200, "the same without waiting");
}
