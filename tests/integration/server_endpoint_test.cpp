// The effects of EndpointOptions, over a socket.

#include <string>

#include <gmock/gmock.h>

#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

class ServerEndpointTest : public ServerTest {
 protected:
  ServerEndpointTest() { health_.add_readiness_check("database", database_); }

  [[nodiscard]] int status_of(const std::string& target) const { return http_get(server_->port(), target).status; }
  /// The value of Access-Control-Allow-Origin.
  static std::string allowed(HttpClient& client, const std::string& request) {
    return client.send(request + " HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n")
        .read_response(request.starts_with("HEAD "))
        .header("access-control-allow-origin");
  }

  vitals::PushedCheck database_{vitals::CheckResult::pass()};
};

TEST_F(ServerEndpointTest, AnswersNoTrailingSlashByDefault) {
  start();

  for (const auto* target : {"/ready/", "/ready/database/", "/health/"}) EXPECT_EQ(status_of(target), 404) << target;
}

TEST_F(ServerEndpointTest, AnswersATrailingSlashAsWithout) {
  start({.endpoint = {.trailing_slash = true}});
  for (const auto* target :
       {"/ready/", "/ready/?verbose", "http://a/ready/", "/ready/database/", "/health/", "/livez/"})
    EXPECT_EQ(status_of(target), 200) << target;

  database_.set(vitals::CheckResult::fail());

  for (const auto* target : {"/ready/", "/ready/database/", "/health/"}) EXPECT_EQ(status_of(target), 503) << target;
  for (const auto* target : {"/ready//", "/ready/nobody/", "/", "/nowhere/"})
    EXPECT_EQ(status_of(target), 404) << target;
}

TEST_F(ServerEndpointTest, AllowsAnOriginOnHealthPathsOnly) {
  start({.endpoint = {.allow_origin = "*"}});
  auto client = connect();

  for (int i = 0; i < 2; ++i) {  // the second answer is a kept one
    for (const auto* request : {"GET /health", "HEAD /health", "OPTIONS /health", "GET /health/database",
                                "POST /health", "GET /health/nobody"})
      EXPECT_EQ(allowed(client, request), "*") << request;
    for (const auto* request :
         {"GET /ready", "HEAD /ready", "OPTIONS /ready", "OPTIONS *", "GET /healthz", "POST /ready", "GET /nowhere"})
      EXPECT_EQ(allowed(client, request), "none") << request;
  }
}

TEST_F(ServerEndpointTest, AllowsNoOriginByDefault) {
  start();
  auto client = connect();

  EXPECT_EQ(allowed(client, "GET /health"), "none");
}

TEST_F(ServerEndpointTest, RefusesAMalformedOrigin) {
  EXPECT_THROW(start({.endpoint = {.allow_origin = "a\r\nb"}}), std::invalid_argument);
}

}  // namespace
}  // namespace vitals_test
