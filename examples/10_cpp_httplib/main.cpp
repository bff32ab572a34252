// The health routes on cpp-httplib, which has a thread per connection.

#include <string>
#include <thread>

#include <httplib.h>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

namespace {

std::string accept_of(const httplib::Request& request) {
  std::string accept;
  for (std::size_t i = 0; i < request.get_header_value_count("Accept"); ++i)
    accept += (i > 0 ? ", " : "") + request.get_header_value("Accept", i);
  return accept;
}

/// Puts the endpoint before the application's routes.
void mount(httplib::Server& server, const vitals::Endpoint& endpoint) {
  using Handled = httplib::Server::HandlerResponse;
  server.set_pre_routing_handler([&](const httplib::Request& request, httplib::Response& response) {
    // Requests of other methods may have a body, which httplib hasn't read yet: leave them to the application.
    const bool is_options = request.method == "OPTIONS";  // what HAProxy asks with by default
    if (request.method != "GET" && request.method != "HEAD" && !is_options) return Handled::Unhandled;
    // Pass GET for HEAD, too: httplib computes the length from the body, and leaves the body out itself.
    const auto* method = is_options ? "OPTIONS" : "GET";
    auto reply = endpoint.handle({.method = method, .target = request.target, .accept = accept_of(request)});
    if (!reply) return Handled::Unhandled;  // not our path
    response.status = reply->status;
    response.body = std::move(reply->body);
    for (const auto& [name, value] : reply->headers) response.set_header(name, value);
    return Handled::Handled;
  });
}

}  // namespace

int main() {
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::Runner runner{health};
  vitals::Endpoint endpoint{health};

  httplib::Server server;
  mount(server, endpoint);
  server.Get("/orders", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("no orders", "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::jthread thread{[&] { server.listen_after_bind(); }};

  httplib::Client client{"127.0.0.1", port};
  const auto ready = client.Get("/ready");
  expect(ready && ready->status == 200 && ready->body == "OK", "the health routes are answered");
  expect(ready->get_header_value("Cache-Control") == "no-store", "with their headers");
  const auto head = client.Head("/ready");
  expect(head && head->get_header_value("Content-Length") == "2" && head->body.empty(), "HEAD has the length of GET");
  const auto options = client.Options("/ready");
  expect(options && options->status == 200 && options->has_header("Allow"), "OPTIONS is answered by the endpoint");
  const auto json = client.Get("/ready", {{"Accept", "application/json"}});
  expect(json && json->get_header_value("Content-Type") == "application/json", "JSON comes to those who accept it");
  const auto orders = client.Get("/orders");
  expect(orders && orders->body == "no orders", "the application's own route is answered on the same port");

  server.stop();
}
