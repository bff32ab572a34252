// The program vitals-probe beside a HealthServer.

#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/http_peer.hpp"
#include "support/program.hpp"
#include "support/reserved_port.hpp"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::CheckResult;
using vitals_test::Program;
using vitals_test::TemporaryFolder;

struct Outcome {
  int status = 0;
  std::string output;
  std::string errors;
};

Outcome run(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  Program program{VITALS_PROBE, arguments, folder.path()};
  const int status = program.wait();
  return {status, program.output(), program.errors()};
}

class ProbeProgramTest : public testing::Test {
 protected:
  ProbeProgramTest() { health_.add_readiness_check("database", database_); }
  [[nodiscard]] static std::string at(const vitals::HealthServer& server, const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(server.port()) + path;
  }

  vitals::HealthRegistry health_;
  vitals::PushedCheck database_{CheckResult::pass()};
};

TEST_F(ProbeProgramTest, TellsByItsStatusAndALine) {
  vitals::HealthServer server{health_, {.address = "127.0.0.1", .port = 0}};
  server.start();

  const auto good = run({at(server, "/ready")});
  EXPECT_EQ(good.status, 0);
  EXPECT_EQ(good.output, "ok: 200 OK\n");
  database_.set(CheckResult::fail("gone"));
  const auto bad = run({at(server, "/ready")});
  EXPECT_EQ(bad.status, 1);
  EXPECT_EQ(bad.output, "failed: 503 Service Unavailable\n");
  EXPECT_EQ(run({at(server, "/healthz")}).status, 0);
}

TEST_F(ProbeProgramTest, PrintsTheReport) {
  database_.set(CheckResult::fail("gone"));
  vitals::HealthServer server{health_, {.address = "127.0.0.1", .port = 0}};
  server.start();

  const auto report = run({"--verbose", at(server, "/ready")});

  EXPECT_EQ(report.status, 1);
  EXPECT_THAT(report.output, AllOf(StartsWith("failed: 503\n"), HasSubstr("database")));
}

TEST_F(ProbeProgramTest, AsksUnixSockets) {
  const TemporaryFolder folder;
  const auto path = "unix:" + (folder.path() / "socket").string();
  vitals::HealthServer server{health_, {.address = path}};
  server.start();
  const auto name = "unix:@vitals-probe-test-" + std::to_string(::getpid());
  vitals::HealthServer abstract{health_, {.address = name}};
  abstract.start();

  EXPECT_EQ(run({path + ":/ready"}).output, "ok: 200 OK\n");
  EXPECT_EQ(run({name + ":/ready"}).output, "ok: 200 OK\n");
}

TEST_F(ProbeProgramTest, AsksAgainUntilTheAnswerIsGood) {
  const vitals_test::HttpPeer server{{"HTTP/1.1 503 x\r\n\r\n", "HTTP/1.1 200 x\r\n\r\nstarted"}};

  const auto outcome = run({"--retry-until", "60s", server.url("/startup")});

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "ok: 200 started\n");
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ProbeProgramTest, LocalhostMayBeIpv6) {
  const vitals_test::ReservedPort port;  // nobody listens on 127.0.0.1 there
  vitals::HealthServer server{health_, {.address = "::1", .port = port.number()}};
  try {
    server.start();
  } catch (const std::system_error& error) {
    GTEST_SKIP() << "no IPv6: " << error.what();
  }

  EXPECT_EQ(run({"http://localhost:" + std::to_string(server.port()) + "/ready"}).output, "ok: 200 OK\n");
}

TEST_F(ProbeProgramTest, GivesUpInTheEnd) {
  const vitals_test::ReservedPort nobody;

  const auto outcome = run({"--retry-until", "300ms", "http://127.0.0.1:" + std::to_string(nobody.number())});

  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "failed: connection refused\n");
}

TEST_F(ProbeProgramTest, ExplainsItself) {
  const auto wrong = run({"--colour"});
  EXPECT_EQ(wrong.status, 64);
  EXPECT_EQ(wrong.output, "");
  EXPECT_EQ(wrong.errors, "vitals-probe: unknown option --colour; see --help\n");
  const auto help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, StartsWith("Usage: vitals-probe "));
}

#ifdef VITALS_PROBE_IS_STATIC
TEST_F(ProbeProgramTest, IsSmallAndNeedsNothing) {
  EXPECT_LT(fs::file_size(VITALS_PROBE), 1024U * 1024U);
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes its root";
  const TemporaryFolder root;
  fs::copy(VITALS_PROBE, root.path() / "vitals-probe");
  vitals::HealthServer server{health_, {.address = "127.0.0.1", .port = 0}};
  server.start();

  const TemporaryFolder folder;
  Program program{"/usr/sbin/chroot", {root.path().string(), "/vitals-probe", at(server, "/ready")}, folder.path()};

  EXPECT_EQ(program.wait(), 0) << program.errors();
  EXPECT_EQ(program.output(), "ok: 200 OK\n");
}
#endif

}  // namespace
