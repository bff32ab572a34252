// Real clients, which send requests that handwritten ones may not cover.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "support/haproxy.hpp"
#include "support/program.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class ServerClientsTest : public ServerTest {
 protected:
  ServerClientsTest() {
    health_.add_readiness_check("database", database_);
    start({.endpoint = {.trailing_slash = true}});
  }

  vitals::PushedCheck database_{vitals::CheckResult::pass()};
};

class CurlTest : public ServerClientsTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(executable)) GTEST_SKIP() << "no curl";
  }

  /// curl's output for a path: heads and bodies.
  [[nodiscard]] std::string curl(const std::string& path, std::vector<std::string> arguments) const {
    const TemporaryFolder folder;
    const std::string url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    arguments.insert(arguments.begin(),
                     {"--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20"});
    arguments.push_back(url);
    Program program{executable, arguments, folder.path()};
    EXPECT_EQ(program.wait(), 0) << program.errors();
    return program.output();
  }

 private:
  static constexpr const char* executable = "/usr/bin/curl";
};

TEST_F(CurlTest, IsAnsweredToOptionsOfTheWholeServer) {
  EXPECT_THAT(
      curl("/", {"--request", "OPTIONS", "--request-target", "*"}),
      AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"), EndsWith("\r\n\r\nOK")));
}

TEST_F(CurlTest, IsAnsweredToAGetWithAnEmptyChunkedBody) {
  EXPECT_THAT(curl("/ready", {"--request", "GET", "--header", "Transfer-Encoding: chunked", "--data", ""}),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n"), EndsWith("\r\n\r\nOK")));
}

TEST_F(CurlTest, IsAnsweredToAGetThatAsksWhetherToSendItsBody) {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "body";
  std::ofstream{file} << std::string(2'000'000, 'x');

  EXPECT_THAT(curl("/ready", {"--request", "GET", "--expect100-timeout", "20", "--header", "Expect: 100-continue",
                              "--data-binary", "@" + file}),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nOK")));
}

TEST_F(CurlTest, IsAnsweredIfItsHostIsABareIpv6Address) {
  EXPECT_THAT(curl("/ready/", {"--header", "Host: ::1"}), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(CurlTest, IsAnsweredOnAUnixSocketTwiceOnOneConnection) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "health.sock";
  vitals::HealthServer server{health_, {.address = "unix:" + path}};
  server.start();

  const auto output = curl("/ready", {"--write-out", "\nconnects: %{num_connects}\n", "--unix-socket", path,
                                      "http://127.0.0.1:" + std::to_string(server_->port()) + "/healthz"});

  EXPECT_EQ(count(output, "HTTP/1.1 200 OK\r\n"), 2) << output;
  EXPECT_THAT(output, AllOf(HasSubstr("connects: 1\n"), EndsWith("connects: 0\n")));
}

TEST_F(CurlTest, IsAnsweredOnAnAbstractUnixSocket) {
  const auto name = "vitals-test-" + std::to_string(::getpid());
  vitals::HealthServer server{health_, {.address = "unix:@" + name}};
  server.start();

  EXPECT_THAT(curl("/ready", {"--abstract-unix-socket", name}), StartsWith("HTTP/1.1 200 OK\r\n"));
}

class HaproxyCheckTest : public ServerClientsTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (!Haproxy::available()) GTEST_SKIP() << "no HAProxy";
  }
};

TEST_P(HaproxyCheckTest, FollowsReadiness) {
  const Haproxy haproxy{{{.port = server_->port(), .health_port = server_->port()}}, {.check = GetParam()}};
  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();

  database_.set(vitals::CheckResult::fail());
  EXPECT_TRUE(haproxy.sees(0, "DOWN")) << haproxy.log();

  database_.set(vitals::CheckResult::pass());
  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
}

INSTANTIATE_TEST_SUITE_P(Checks, HaproxyCheckTest,
                         testing::Values("OPTIONS *", "OPTIONS /ready", "HEAD /ready/ HTTP/1.1\\r\\nHost:\\ ::1"));

/// Two instances behind HAProxy, one of which shuts down.
class HaproxyDrainTest : public HaproxyCheckTest {};

TEST_P(HaproxyDrainTest, SendsNothingNewToAnInstanceThatDrains) {
  vitals::HealthRegistry other_health;
  vitals::HealthServer other{other_health,
                             {.address = "127.0.0.1", .port = 0, .endpoint = {.not_found_while_draining = true}}};
  other.start();
  const Haproxy haproxy{
      {{.port = other.port(), .health_port = other.port()}, {.port = server_->port(), .health_port = server_->port()}},
      {.check = GetParam(), .disable_on_404 = true}};
  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();

  other_health.begin_shutdown("SIGTERM");

  EXPECT_TRUE(haproxy.sees(0, "NOLB")) << haproxy.log();
  const auto before = haproxy.sessions(0);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(http_get(haproxy.port(), "/ready").status, 200);
  EXPECT_EQ(haproxy.sessions(0), before);
  EXPECT_TRUE(haproxy.sees(0, "NOLB")) << haproxy.log();
}

INSTANTIATE_TEST_SUITE_P(Checks, HaproxyDrainTest, testing::Values("GET /ready", "OPTIONS /readyz"));

/// HAProxy in front of a server on a UNIX socket.
class HaproxyUnixTest : public ServerClientsTest {
 protected:
  void SetUp() override {
    if (!Haproxy::available()) GTEST_SKIP() << "no HAProxy";
  }

  /// Expects that HAProxy's health checks follow readiness, and that it forwards requests.
  void expect_service(const std::string& where, vitals::HealthServerOptions options = {},
                      const std::string& of_haproxy = {}) {
    options.address = "unix:" + where;
    vitals::HealthServer server{health_, std::move(options)};
    server.start();
    const Haproxy haproxy{{{.unix_path = where, .options = of_haproxy}}, {.check = "GET /ready"}};
    EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
    EXPECT_EQ(http_get(haproxy.port(), "/ready").body, "OK");

    database_.set(vitals::CheckResult::fail());
    EXPECT_TRUE(haproxy.sees(0, "DOWN")) << haproxy.log();

    database_.set(vitals::CheckResult::pass());
    EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
    server.stop();
    EXPECT_TRUE(haproxy.sees(0, "DOWN")) << haproxy.log();

    server.start();
    EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
    EXPECT_EQ(server.limit_counts().proxy_headers, 0U);
    EXPECT_EQ(server.limit_counts().malformed, 0U);
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
};

TEST_F(HaproxyUnixTest, FollowsReadiness) { expect_service(path_); }

TEST_F(HaproxyUnixTest, FollowsReadinessAtAnAbstractName) {
  // HAProxy 2.6 pads names with zeros, so it reaches only names of full length.
  auto name = "@vitals-test-" + std::to_string(::getpid()) + "-";
  name.resize(108, 'x');

  expect_service(name);
}

TEST_F(HaproxyUnixTest, AnnouncesItselfInVersion1) {
  expect_service(path_, {.proxy_protocol = vitals::ProxyProtocol::required}, "send-proxy check-send-proxy");
}

TEST_F(HaproxyUnixTest, AnnouncesItselfInVersion2) {
  expect_service(path_, {.proxy_protocol = vitals::ProxyProtocol::required}, "send-proxy-v2 check-send-proxy");
}

class HaproxyHeaderTest : public ServerTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    if (!Haproxy::available()) GTEST_SKIP() << "no HAProxy";
  }
};

TEST_P(HaproxyHeaderTest, IsTakenWithHealthChecksAndWithTraffic) {
  start({.proxy_protocol = vitals::ProxyProtocol::required});
  const Haproxy haproxy{{{.port = server_->port(), .health_port = server_->port(), .options = GetParam()}}, {}};

  EXPECT_TRUE(haproxy.sees(0, "UP")) << haproxy.log();
  EXPECT_EQ(http_get(haproxy.port(), "/ready").status, 200) << haproxy.log();

  EXPECT_EQ(server_->limit_counts().proxy_headers, 0U);
}

INSTANTIATE_TEST_SUITE_P(Versions, HaproxyHeaderTest,
                         testing::Values("send-proxy check-send-proxy", "send-proxy-v2 check-send-proxy"));

}  // namespace
}  // namespace vitals_test
