#include "support/example_server.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manifest.hpp"
#include "support/program.hpp"
#include "support/reserved_port.hpp"

namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Matches;
using testing::StartsWith;
using vitals_test::eventually;
using vitals_test::ExampleServer;
using vitals_test::HttpClient;
using vitals_test::Program;
using vitals_test::TemporaryFolder;

TEST(ExampleServerTest, AnswersOnEveryHealthPath) {
  const ExampleServer server;

  ASSERT_TRUE(server.becomes("/ready", 200)) << server.log();

  for (const char* path : {"/healthz", "/livez", "/ready", "/readyz", "/startup", "/startupz", "/health"})
    EXPECT_EQ(server.health(path), 200) << path;
}

TEST(ExampleServerTest, HasAPage) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/ready", 200)) << server.log();
  HttpClient browser{server.health_port()};

  const auto page = browser.send("GET /health HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n").read_response();

  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<th scope=row>database"));
}

TEST(ExampleServerTest, WatchesACacheAndAnUpstreamWithoutDependingOnThem) {
  const vitals_test::ReservedPort nobody;
  const auto address = "127.0.0.1:" + std::to_string(nobody.number());
  const ExampleServer upstream;
  const ExampleServer server{{"--redis", "redis://" + address, "--upstream",
                              "http://127.0.0.1:" + std::to_string(upstream.health_port()) + "/ready"}};

  EXPECT_TRUE(server.becomes("/ready/upstream", 200));
  EXPECT_TRUE(server.becomes("/ready/redis", 503));
  EXPECT_TRUE(server.logs("connection refused by " + address));
  EXPECT_TRUE(server.becomes("/ready", 200));
}

TEST(ExampleServerTest, PrintsTheProbesOfTheManifest) {
  const TemporaryFolder folder;
  Program program{VITALS_EXAMPLE_SERVER, {"--print-kubernetes"}, folder.path()};
  ASSERT_EQ(program.wait(), 0) << program.errors();

  EXPECT_THAT(program.output(), StartsWith("          startupProbe:\n"));
  EXPECT_THAT(vitals_test::kubernetes_file("deployment.yaml"), HasSubstr(program.output()));
}

TEST(ExampleServerTest, KeepsNotes) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/ready", 200));
  const auto empty = server.get();

  const auto first = server.post(R"({"text": "milk"})");
  const auto second = server.post(R"({"text": "tea \u00e9"})");
  const auto both = server.get();

  EXPECT_EQ(empty.body, R"({"notes":[]})");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(first.body, R"({"id":1,"text":"milk"})");
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(both.status, 200);
  EXPECT_EQ(both.header("content-type"), "application/json");
  EXPECT_EQ(both.body, "{\"notes\":[{\"id\":1,\"text\":\"milk\"},{\"id\":2,\"text\":\"tea é\"}]}");
}

TEST(ExampleServerTest, NotesOutliveTheProcess) {
  const TemporaryFolder folder;
  {
    ExampleServer server{folder.path(), {}};
    ASSERT_TRUE(server.becomes("/startup", 200));
    ASSERT_EQ(server.post(R"({"text": "milk"})").status, 201);
    ASSERT_EQ(server.end(), 0);
  }

  const ExampleServer server{folder.path(), {}};
  ASSERT_TRUE(server.becomes("/startup", 200));

  EXPECT_EQ(server.get().body, R"({"notes":[{"id":1,"text":"milk"}]})");
}

TEST(ExampleServerTest, TheTextOfANoteIsNeverSql) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));

  const auto added = server.post(R"({"text": "'); DROP TABLE notes; --"})");

  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(server.get().body, R"({"notes":[{"id":1,"text":"'); DROP TABLE notes; --"}]})");
}

TEST(ExampleServerTest, ABodyThatIsNoNoteIsRefused) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));

  for (const char* body : {"", "{", "[]", "\"milk\"", "{}", R"({"text": 1})", R"({"text": ""})",
                           R"({"text": "a\u0000b"})", "{\"text\": \"\xff\"}", R"({"text": "milk"} x)"}) {
    const auto refusal = server.post(body);

    EXPECT_EQ(refusal.status, 400) << body;
    EXPECT_THAT(refusal.body, StartsWith(R"({"error":")")) << body;
  }
}

TEST(ExampleServerTest, AnythingElseIsRefusedByItsName) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));

  EXPECT_EQ(server.get("/").status, 404);
  EXPECT_EQ(server.get("/notes/1").status, 404);
  EXPECT_EQ(server.get("/notes?x=1").status, 200);
  const auto deletion = server.ask("DELETE", "/notes");
  EXPECT_EQ(deletion.status, 405);
  EXPECT_EQ(deletion.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(deletion.body, R"({"error":"method not allowed"})");
  const auto head = server.ask("HEAD", "/notes");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "12");
}

TEST(ExampleServerTest, RequestsThatAreTooBigAreRefused) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));

  EXPECT_EQ(server.post("{\"text\": \"" + std::string(60'000, 'a') + "\"}").status, 201);
  EXPECT_EQ(server.post("{\"text\": \"" + std::string(70'000, 'a') + "\"}").status, 413);
  EXPECT_EQ(server.get("/" + std::string(9'000, 'a')).status, 431);
}

TEST(ExampleServerTest, MalformedRequestsAreRefused) {
  const ExampleServer server;

  EXPECT_EQ(HttpClient{server.port()}.send("nonsense\r\n\r\n").read_response().status, 400);
  EXPECT_EQ(HttpClient{server.port()}
                .send("POST /notes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n")
                .read_response()
                .status,
            501);
}

TEST(ExampleServerTest, ASilentClientDelaysNoOther) {
  const ExampleServer server;
  ASSERT_TRUE(server.becomes("/startup", 200));
  HttpClient silent{server.port()};
  HttpClient slow{server.port()};
  slow.send("POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");

  const auto answer = server.get();

  EXPECT_EQ(answer.status, 200);
}

TEST(ExampleServerTest, IsNotReadyWithoutItsDatabaseButAlive) {
  const TemporaryFolder folder;
  const ExampleServer server{folder.path(), {"--database", "sqlite:kept.db"}};
  ASSERT_TRUE(server.becomes("/ready", 200));

  std::filesystem::rename(folder.path() / "kept.db", folder.path() / "lost.db");
  const bool unready = server.becomes("/ready", 503);
  const int live = server.health("/healthz");
  const int notes = server.get().status;
  std::filesystem::rename(folder.path() / "lost.db", folder.path() / "kept.db");

  EXPECT_TRUE(unready);
  EXPECT_EQ(live, 200);
  EXPECT_EQ(notes, 503);
  EXPECT_TRUE(server.becomes("/ready", 200));
}

TEST(ExampleServerTest, IsStartingUntilTheMigrationIsDone) {
  const ExampleServer server{{"--startup-seconds", "3600"}};

  EXPECT_TRUE(server.becomes("/healthz", 200));
  EXPECT_EQ(server.health("/ready"), 503);
  EXPECT_EQ(server.health("/startup"), 503);
  EXPECT_EQ(server.get().body, R"({"error":"starting"})");
  EXPECT_THAT(server.log(), HasSubstr("readiness: fail (starting)"));
}

TEST(ExampleServerTest, IsReadyWhenTheMigrationIsDone) {
  const ExampleServer server{{"--startup-seconds", "1"}};

  EXPECT_TRUE(server.becomes("/startup", 200));
  EXPECT_TRUE(server.becomes("/ready", 200));
  EXPECT_THAT(server.log(), HasSubstr("startup: fail (migration: "));
}

TEST(ExampleServerTest, WaitsForADatabaseThatIsDownAtTheStart) {
  const TemporaryFolder folder;
  const ExampleServer server{folder.path(), {"--database", "sqlite:later/notes.db"}};
  ASSERT_TRUE(eventually([&] { return server.log().find("database: fail (unable to open") != std::string::npos; }));
  EXPECT_EQ(server.health("/startup"), 503);

  std::filesystem::create_directory(folder.path() / "later");

  EXPECT_TRUE(server.becomes("/startup", 200));
  EXPECT_TRUE(server.becomes("/ready", 200));
}

TEST(ExampleServerTest, LogsEachTransitionOnceWithItsReason) {
  const TemporaryFolder folder;
  const ExampleServer server{folder.path(), {}};
  ASSERT_TRUE(server.becomes("/ready", 200));
  std::filesystem::remove(folder.path() / "notes.db");
  ASSERT_TRUE(server.becomes("/ready", 503));
  const std::string transition = "readiness check database: pass -> fail after ";

  for (int i = 0; i < 20; ++i) (void)server.health("/ready");

  const auto line = ContainsRegex(transition + "[^(]+ \\(unable to open database file\\)\n");
  ASSERT_TRUE(eventually([&] { return Matches(line)(server.log()); })) << server.log();
  const std::string log = server.log();
  EXPECT_EQ(log.find(transition), log.rfind(transition)) << log;
}

}  // namespace
