// The health routes on an application's own Boost.Beast server, beside its own routes, on one port.

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <vitals/vitals.hpp>

#include "../ask.hpp"
#include "session.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

void accept_all(tcp::acceptor& acceptor, const vitals::Endpoint& health) {
  acceptor.async_accept([&](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    std::make_shared<Session>(std::move(socket), health)->start();
    accept_all(acceptor, health);
  });
}

}  // namespace

int main() {
  asio::io_context io;  // declared before the Runner, which posts answers to it
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::Runner runner{health};
  vitals::Endpoint endpoint{health};

  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  accept_all(acceptor, endpoint);
  std::jthread loop{[&] { io.run(); }};

  const std::uint16_t port = acceptor.local_endpoint().port();
  expect(ask(port, "/ready").status == 200, "the health routes are answered");
  expect(ask(port, "/ready?verbose").body.starts_with("[+]database ok\n"), "with a line for the check");
  expect(ask(port, "/orders").body == "no orders", "the application's own route is answered on the same port");
  expect(ask(port, "/nowhere").status == 404, "all other paths are the application's, too");
  health.begin_shutdown("the example is over");
  expect(ask(port, "/ready").status == 503, "no longer ready");

  io.stop();
}
