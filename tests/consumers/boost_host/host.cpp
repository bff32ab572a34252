// A program that uses Boost.Asio and Boost.Beast itself. If vitals is a shared library, the program's Boost has another
// version than the one inside vitals.

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/http.hpp>
#include <boost/version.hpp>

#include <vitals/beast.hpp>
#include <vitals/vitals.hpp>

#ifdef BOOST_OF_VITALS
static_assert(BOOST_VERSION != BOOST_OF_VITALS, "the host must have another Boost than vitals");
#endif

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

void expect(bool is_true, const std::string& claim) {
  if (is_true) return;
  std::cerr << "NOT SO: " << claim << '\n';
  std::exit(1);
}

std::string ask(asio::io_context& io, std::uint16_t port, const std::string& path) {
  tcp::socket client{io};
  client.connect({asio::ip::address_v4::loopback(), port});
  asio::write(client, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  std::string answer;
  boost::system::error_code end;
  asio::async_read(client, asio::dynamic_buffer(answer), [&](const auto& error, std::size_t) { end = error; });
  io.run();
  io.restart();
  expect(end == asio::error::eof, "the answer is read to its end");
  return answer;
}

/// A port without a listener.
std::uint16_t closed_port(asio::io_context& io) {
  return tcp::acceptor{io, {asio::ip::address_v4::loopback(), 0}}.local_endpoint().port();
}

void connect_in_vain() {
  asio::io_context io;
  tcp::socket{io}.connect({asio::ip::address_v4::loopback(), closed_port(io)});
}

std::string message_of_failed_connect() {
  try {
    connect_in_vain();
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::connection_refused ? error.what() : "another error";
  }
  return "no error";
}

/// Uses timers, strands and threads of the program's Asio while the server of vitals runs on its own.
int count_ticks(asio::io_context& io, int ticks) {
  auto strand = asio::make_strand(io);
  int count = 0;
  std::function<void(asio::steady_timer&)> tick = [&](asio::steady_timer& timer) {
    timer.expires_after(1ms);
    timer.async_wait(asio::bind_executor(strand, [&](const boost::system::error_code& error) {
      if (!error && ++count < ticks) tick(timer);
    }));
  };
  asio::steady_timer first{io};
  tick(first);
  {
    const std::jthread other{[&] { io.run(); }};
    io.run();
  }
  io.restart();
  return count;
}

/// Serves the health routes with the program's own Beast.
void expect_mounted(vitals::HealthRegistry& health) {
  const vitals::Runner runner{health};
  const vitals::Endpoint endpoint{health};
  namespace http = boost::beast::http;
  const http::request<http::empty_body> request{http::verb::get, "/ready", 11};
  const auto reply = vitals::respond(endpoint, request);
  expect(reply && reply->result() == http::status::ok, "Beast's requests are answered");
}

}  // namespace

int main() {
  asio::io_context io;
  vitals::HealthRegistry health{{.answer_budget = 60s}};
  health.add_readiness_check("broker", connect_in_vain, {.timeout = 60s, .critical = false});
  health.add_readiness_check("cache", [] { return boost::system::error_code{}; }, {.timeout = 60s});
  vitals::HealthServer server{health,
                              {.address = "127.0.0.1", .port = 0, .endpoint = {.details = vitals::Callers::anyone}}};
  server.start();

  for (int turn = 0; turn < 100; ++turn) {
    const auto answer = ask(io, server.port(), "/ready?verbose");
    expect(answer.starts_with("HTTP/1.1 200 "), "ready, but:\n" + answer);
    expect(answer.find("[+]cache ok") != answer.npos, "an error code of the host's Boost is understood:\n" + answer);
    expect(answer.find("Connection refused") != answer.npos, "the host's exception is understood:\n" + answer);
  }
  expect(count_ticks(io, 100) == 100, "the host's timers run");
  expect(message_of_failed_connect().find("Connection refused") != std::string::npos,
         "the host's exceptions are its own");
  server.stop();
  try {
    vitals::HealthServer malformed{health, {.address = "nowhere"}};
    expect(false, "a malformed address is refused");
  } catch (const std::invalid_argument&) {
  }
  expect_mounted(health);
}
