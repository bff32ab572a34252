#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/example_server.hpp"
#include "support/postgres_server.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using vitals_test::eventually;
using vitals_test::ExampleServer;
using vitals_test::PostgresServer;

class ExampleServerPostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::available()) GTEST_SKIP() << "no PostgreSQL server programs";
    database_ = std::make_unique<PostgresServer>();
  }

  [[nodiscard]] std::vector<std::string> options() const { return {"--database", database_->url()}; }

  /// Sends probes until readiness has turned to `status`. Meanwhile liveness must pass, and each answer come in time.
  static void expect_turn(const ExampleServer& server, int status) {
    constexpr auto kubelet_timeout = 2s;
    EXPECT_TRUE(eventually([&] {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_EQ(server.health("/healthz"), 200);
      const auto middle = std::chrono::steady_clock::now();
      const int ready = server.health("/ready");
      EXPECT_LT(middle - start, kubelet_timeout);
      EXPECT_LT(std::chrono::steady_clock::now() - middle, kubelet_timeout);
      return ready == status || testing::Test::HasFailure();
    })) << server.log();
  }

  std::unique_ptr<PostgresServer> database_;
};

TEST_F(ExampleServerPostgresTest, KeepsNotes) {
  const ExampleServer server{options()};
  ASSERT_TRUE(server.becomes("/ready", 200)) << server.log();

  const auto added = server.post(R"({"text": "'); DROP TABLE notes; --"})");
  const auto list = server.get();

  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(list.body, R"({"notes":[{"id":1,"text":"'); DROP TABLE notes; --"}]})");
}

TEST_F(ExampleServerPostgresTest, ReadinessFollowsAServerThatIsStoppedAndStarted) {
  const ExampleServer server{options()};
  expect_turn(server, 200);

  database_->stop();
  expect_turn(server, 503);
  EXPECT_EQ(server.get().status, 503);
  database_->start();
  expect_turn(server, 200);

  EXPECT_EQ(server.get().status, 200);
  EXPECT_THAT(server.log(),
              ContainsRegex("readiness check database: pass -> fail after [^(]+ \\(connection to server"));
  EXPECT_THAT(server.log(), HasSubstr("readiness check database: fail -> pass"));
  EXPECT_THAT(server.log(), Not(HasSubstr(PostgresServer::password())));
}

TEST_F(ExampleServerPostgresTest, ReadinessFollowsAServerThatIsFrozenAndThawed) {
  const ExampleServer server{options()};
  expect_turn(server, 200);

  database_->freeze();
  expect_turn(server, 503);
  EXPECT_EQ(server.get().body, R"({"error":"the database doesn't answer"})");
  database_->thaw();
  expect_turn(server, 200);

  EXPECT_EQ(server.get().status, 200);
}

// For longer than the limit of the worker's heartbeat: the call in progress is the worker's only one, and takes its
// time limit.
TEST_F(ExampleServerPostgresTest, LivenessStaysGoodWhileTheWorkerWaitsForAFrozenServer) {
  const ExampleServer server{options()};
  expect_turn(server, 200);
  database_->freeze();

  auto answer = std::async(std::launch::async, [&] { return server.get(); });
  // The call takes longer than the heartbeat's limit: without the guard, the last of these answers would be 503.
  int last = 0;
  while (answer.wait_for(1ms) != std::future_status::ready) last = server.health("/healthz");

  EXPECT_EQ(last, 200);
  EXPECT_EQ(answer.get().body, R"({"error":"the database doesn't answer"})");
  EXPECT_TRUE(server.becomes("/ready", 503));
}

TEST_F(ExampleServerPostgresTest, TakesTheUrlFromTheEnvironmentAndRatherFromItsArguments) {
  setenv("DATABASE_URL", database_->url().c_str(), 1);
  const ExampleServer by_environment;
  setenv("DATABASE_URL", database_->url("Wr0ng-hunter2").c_str(), 1);
  const ExampleServer by_argument{options()};
  unsetenv("DATABASE_URL");
  ASSERT_TRUE(by_environment.becomes("/ready", 200)) << by_environment.log();
  ASSERT_TRUE(by_argument.becomes("/ready", 200)) << by_argument.log();

  EXPECT_EQ(by_environment.post(R"({"text": "one"})").status, 201);

  EXPECT_EQ(by_argument.get().body, R"({"notes":[{"id":1,"text":"one"}]})");
}

TEST_F(ExampleServerPostgresTest, StartsWhenTheServerComesUpLater) {
  database_->stop();
  const ExampleServer server{options()};
  ASSERT_TRUE(eventually([&] { return server.log().find("database: fail (connection to") != std::string::npos; }));
  EXPECT_EQ(server.health("/startup"), 503);
  EXPECT_EQ(server.health("/healthz"), 200);

  database_->start();

  EXPECT_TRUE(server.becomes("/startup", 200));
  expect_turn(server, 200);
}

TEST_F(ExampleServerPostgresTest, EndsWithStatusZeroWhileTheServerIsFrozenAndARequestWaits) {
  ExampleServer server{options()};
  expect_turn(server, 200);
  database_->freeze();
  vitals_test::HttpClient waiting{server.port()};
  waiting.send("GET /notes HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_EQ(server.end(SIGTERM), 0) << server.log();
}

}  // namespace
