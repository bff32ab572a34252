#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/example_server.hpp"

namespace {

using vitals_test::eventually;
using vitals_test::ExampleServer;
using vitals_test::HttpClient;

constexpr const char* no_notes = R"({"notes":[]})";
constexpr const char* get_notes = "GET /notes HTTP/1.1\r\nHost: x\r\n\r\n";

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
  HttpClient client{server.port()};
  client.send("POST /notes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n");
  ASSERT_EQ(client.read_response().status, 100);  // it has begun

  server.signal(SIGINT);
  ASSERT_TRUE(eventually([&] { return server.log().find("(SIGINT)") != std::string::npos; }));
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
  server.signal(SIGTERM);

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

TEST(ExampleServerEndTest, ASecondSignalGivesUpRequestsUnderWay) {
  ExampleServer server;
  ASSERT_TRUE(server.becomes("/ready", 200));
  HttpClient slow{server.port()};
  slow.send("POST /notes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n");
  ASSERT_EQ(slow.read_response().status, 100);  // it has begun
  server.signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return server.log().find("-> finishing") != std::string::npos; })) << server.log();

  server.signal(SIGTERM);

  EXPECT_EQ(server.wait(), 1) << server.log();
}

}  // namespace
