#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/example_server.hpp"
#include "support/program.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals_test::eventually;
using vitals_test::ExampleServer;
using vitals_test::HttpClient;
using vitals_test::Program;
using vitals_test::TemporaryFolder;

constexpr const char* no_notes = R"({"notes":[]})";
constexpr const char* get_notes = "GET /notes HTTP/1.1\r\nHost: x\r\n\r\n";

/// A client whose request has begun: the server waits for its body.
HttpClient begin_post(const ExampleServer& server) {
  HttpClient client{server.port()};
  client.send("POST /notes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 100);
  return client;
}

/// A full pipe that is never read.
class FullPipe {
 public:
  FullPipe() {
    if (pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error{"no pipe"};
    while (write(ends_[1], "x", 1) == 1) {
    }
    fcntl(ends_[1], F_SETFL, 0);  // from now on a writer blocks
  }
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;
  ~FullPipe() {
    for (const int end : ends_) close(end);
  }

  [[nodiscard]] int descriptor() const noexcept { return ends_[1]; }

 private:
  std::array<int, 2> ends_{};
};

TEST(ExampleServerEndTest, SigtermAndCtrlCEndItWithStatusZero) {
  for (const int number : {SIGTERM, SIGINT}) {
    ExampleServer server;

    EXPECT_EQ(server.end(number), 0) << server.log();
  }
}

TEST(ExampleServerEndTest, EndsAlsoWhileItIsStarting) {
  ExampleServer server{{"--startup-seconds", "3600"}};

  EXPECT_EQ(server.end(SIGTERM), 0);
}

TEST(ExampleServerEndTest, ServesOnWhileItDrainsUntilASecondSignal) {
  ExampleServer server{{"--drain-seconds", "240"}};
  ASSERT_TRUE(server.becomes("/ready", 200));

  server.signal(SIGTERM);
  const bool unready = server.becomes("/ready", 503);
  const int live = server.health("/healthz");
  const int notes = server.get().status;

  EXPECT_TRUE(unready);
  EXPECT_EQ(live, 200);
  EXPECT_EQ(notes, 200);
  EXPECT_EQ(server.end(SIGINT), 0);
}

TEST(ExampleServerEndTest, ARequestUnderWayIsAnsweredBeforeTheEnd) {
  ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));
  auto client = begin_post(server);

  server.signal(SIGINT);
  ASSERT_TRUE(server.logs("finishing: listener took"));  // from now on only the work in flight is waited for
  client.send(R"({"text": "last"})");

  const auto answer = client.read_response();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(server.wait(), 0);
}

TEST(ExampleServerEndTest, WhileItDrainsEachAnswerSendsItsPeerElsewhere) {
  ExampleServer server{{"--drain-seconds", "240"}};
  ASSERT_TRUE(server.becomes("/ready", 200));
  HttpClient client{server.port()};
  const auto before = client.send(get_notes).read_response();
  server.signal(SIGTERM);
  ASSERT_TRUE(server.becomes("/ready", 503));

  const auto after = client.send(get_notes).read_response();

  EXPECT_EQ(before.status, 200);
  EXPECT_EQ(before.header("connection"), "none");
  EXPECT_EQ(after.status, 200);
  EXPECT_EQ(after.header("connection"), "close");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(ExampleServerEndTest, AConnectionThatIsIdleIsClosedAfterTheDelay) {
  ExampleServer server{{"--drain-seconds", "240"}};
  ASSERT_TRUE(server.becomes("/ready", 200));
  HttpClient idle{server.port()};
  ASSERT_EQ(idle.send(get_notes).read_response().status, 200);

  server.signal(SIGTERM);
  ASSERT_TRUE(server.becomes("/ready", 503));
  ASSERT_EQ(server.get().status, 200);
  const bool closed_in_the_delay = idle.has_input();
  server.signal(SIGINT);

  EXPECT_FALSE(closed_in_the_delay);
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(idle.was_reset());
  EXPECT_EQ(server.wait(), 0) << server.log();
}

TEST(ExampleServerEndTest, RequestsThatTheKernelHoldsAreAnsweredBeforeTheEnd) {
  ExampleServer server;
  ASSERT_TRUE(server.becomes("/ready", 200));
  HttpClient kept{server.port()};
  ASSERT_EQ(kept.send(get_notes).read_response().status, 200);
  server.signal(SIGSTOP);
  std::vector<HttpClient> waiting;
  for (int i = 0; i < 50; ++i) waiting.emplace_back(server.port()).send(get_notes);
  kept.send(get_notes);

  server.signal(SIGTERM);
  server.signal(SIGCONT);

  EXPECT_EQ(kept.read_response().body, no_notes);
  for (HttpClient& client : waiting) EXPECT_EQ(client.read_response().body, no_notes) << server.log();
  EXPECT_EQ(server.wait(), 0) << server.log();
}

TEST(ExampleServerEndTest, ASecondSignalAbandonsRequestsInFlight) {
  ExampleServer server;
  ASSERT_TRUE(server.becomes("/ready", 200));
  const auto slow = begin_post(server);
  server.signal(SIGTERM);
  ASSERT_TRUE(server.logs("-> finishing")) << server.log();

  server.signal(SIGINT);

  EXPECT_EQ(server.wait(), 1) << server.log();
}

TEST(ExampleServerEndTest, AThirdSignalEndsItAtOnceWithStatusOne) {
  ExampleServer server{{"--drain-seconds", "240"}};
  ASSERT_TRUE(server.becomes("/ready", 200));
  const auto slow = begin_post(server);
  server.signal(SIGTERM);
  ASSERT_TRUE(server.logs("-> draining")) << server.log();
  const auto first_has_counted = std::chrono::steady_clock::now();
  server.signal(SIGINT);
  ASSERT_TRUE(server.logs("finishing: listener took")) << server.log();
  // Within 100 ms it would count as the same request as the first signal.
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() - first_has_counted > 100ms; }));

  server.signal(SIGTERM);

  EXPECT_EQ(server.wait(), 1) << server.log();
  EXPECT_THAT(server.log(), HasSubstr("finishing -> stopped"));
}

TEST(ExampleServerEndTest, ALogThatIsNeverReadDoesNotKeepItFromEnding) {
  const FullPipe pipe;
  const TemporaryFolder folder;
  const std::string with_full_log = "exec \"$0\" \"$@\" 2>&" + std::to_string(pipe.descriptor());
  Program program{
      "/bin/sh",
      {"-c", with_full_log, VITALS_EXAMPLE_SERVER, "--port", "0", "--health-port", "0", "--drain-seconds", "0"},
      folder.path(),
      pipe.descriptor()};
  ASSERT_TRUE(eventually([&] { return program.output().find("health: ") != std::string::npos; }));

  program.signal(SIGTERM);

  EXPECT_EQ(program.wait(), 1);
}

}  // namespace
