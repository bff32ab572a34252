// Who sees what, over a socket: loopback, tokens, and what proxies add.

#include <string>

#include <gmock/gmock.h>

#include "support/program.hpp"
#include "support/server_fixture.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using vitals::Callers;

const std::string verbose = "GET /ready?verbose HTTP/1.1\r\nHost: localhost\r\n";

class ServerCallersTest : public ServerTest {
 protected:
  ServerCallersTest() {
    health_.add_readiness_check("database", vitals::PushedCheck{vitals::CheckResult::fail("refused")});
  }

  /// The body for this head, on a connection of its own.
  [[nodiscard]] std::string body(const std::string& head) const {
    return connect().send(head + "\r\n").read_response().body;
  }
};

TEST_F(ServerCallersTest, SeeDetailsFromThisMachine) {
  start({.endpoint = {.details = Callers::on_loopback}});

  for (int i = 0; i < 2; ++i) {  // the second answer is a kept one
    EXPECT_THAT(body(verbose), HasSubstr("refused"));
    for (const auto* field : {"Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1", "x-forwarded-proto: https",
                              "X-Real-IP: 127.0.0.1", "Via: 1.1 proxy"})
      EXPECT_THAT(body(verbose + field + "\r\n"), HasSubstr("reason withheld")) << field;
    EXPECT_THAT(body("GET /ready?verbose HTTP/1.1\r\nHost: evil.example\r\n"), HasSubstr("reason withheld"));
    EXPECT_THAT(body("GET http://evil.example/ready?verbose HTTP/1.1\r\nHost: localhost\r\n"),
                HasSubstr("reason withheld"));
    EXPECT_THAT(body("GET /ready?verbose HTTP/1.0\r\n"), HasSubstr("refused"));
  }
}

TEST_F(ServerCallersTest, SeeDetailsWithAToken) {
  start({.endpoint = {.details = Callers::with_token, .tokens = {"0123456789abcdef", "fedcba9876543210"}}});

  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(body(verbose + "Authorization: Bearer fedcba9876543210\r\n"), HasSubstr("refused"));
    EXPECT_THAT(body(verbose), HasSubstr("reason withheld"));
    EXPECT_THAT(body(verbose + "Authorization: Bearer fedcba987654321x\r\n"), HasSubstr("reason withheld"));
    EXPECT_THAT(body(verbose + "Authorization: Bearer fedcba9876543210\r\nAuthorization: Bearer fedcba9876543210\r\n"),
                HasSubstr("reason withheld"));
  }
}

TEST_F(ServerCallersTest, OnOneConnectionAreJudgedByEachRequest) {
  start({.endpoint = {.details = Callers::on_loopback}});
  auto client = connect();

  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(client.send(verbose + "\r\n").read_response().body, HasSubstr("refused"));
    EXPECT_THAT(client.send(verbose + "Via: x\r\n\r\n").read_response().body, Not(HasSubstr("refused")));
  }
}

TEST_F(ServerCallersTest, BehindAProxyHeaderAreNotOnThisMachine) {
  VITALS_SKIP_WITH_WIRE("the header comes before the handshake");
  start({.endpoint = {.details = Callers::on_loopback}, .proxy_protocol = vitals::ProxyProtocol::required});

  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(body("PROXY TCP4 127.0.0.1 127.0.0.1 40000 80\r\n" + verbose), HasSubstr("reason withheld"));
}

TEST_F(ServerCallersTest, OnAUnixSocketAreOnThisMachine) {
  VITALS_SKIP_WITH_WIRE("this server has no TLS");
  const TemporaryFolder folder;
  const std::string path = folder.path() / "health.sock";
  vitals::HealthServer server{health_, {.address = "unix:" + path, .endpoint = {.details = Callers::on_loopback}}};
  server.start();

  EXPECT_THAT(http_client_at(path).send(verbose + "\r\n").read_response().body, HasSubstr("refused"));
  EXPECT_THAT(http_client_at(path).send(verbose + "Via: x\r\n\r\n").read_response().body, HasSubstr("reason withheld"));
}

TEST_F(ServerCallersTest, GetRoutesThatAreForThem) {
  start({.endpoint = {.routes = {{"/local", [] { return "local"; }, {.callers = Callers::on_loopback}},
                                 {"/off", [] { return "off"; }, {.callers = Callers::nobody}}}}});

  EXPECT_EQ(body("GET /local HTTP/1.1\r\nHost: localhost\r\n"), "local");
  EXPECT_EQ(body("GET /local HTTP/1.1\r\nHost: localhost\r\nVia: x\r\n"), "Not Found");
  EXPECT_EQ(body("GET /off HTTP/1.1\r\nHost: localhost\r\n"), "Not Found");
}

TEST_F(ServerCallersTest, AreShownToHandlersByTheirAddress) {
  start({.endpoint = {.routes = {{"/me", [](const vitals::HttpRequest& request) {
                                    return std::string{std::string_view{request.remote_address}} + ".";
                                  }}}}});

  EXPECT_EQ(body("GET /me HTTP/1.1\r\nHost: localhost\r\n"), "127.0.0.1.");
  EXPECT_EQ(body("GET /me HTTP/1.1\r\nHost: localhost\r\nVia: x\r\n"), ".");
}

}  // namespace
}  // namespace vitals_test
