// grpc.health.v1, asked by clients with generated code in processes of their own.

#include <chrono>
#include <csignal>
#include <deque>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <vitals/grpc.hpp>
#include <vitals/vitals.hpp>

#include "support/eventually.hpp"
#include "support/gate.hpp"
#include "support/program.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;
using vitals::CheckResult;
using vitals::Probe;
using vitals::PushedCheck;

/// A client, and the lines that it has printed.
class Client {
 public:
  explicit Client(std::vector<std::string> arguments)
      : program_{VITALS_GRPC_CLIENT, std::move(arguments), folder_.path()} {}

  [[nodiscard]] std::vector<std::string> lines() const {
    std::istringstream text{program_.output()};
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  /// Waits until its last line is this one.
  [[nodiscard]] bool prints(const std::string& last) const {
    return eventually([&] {
      const auto now = lines();
      return !now.empty() && now.back() == last;
    });
  }
  void kill() { program_.signal(SIGKILL), program_.wait(); }
  /// Its lines when it has ended.
  [[nodiscard]] std::vector<std::string> wait() {
    EXPECT_EQ(program_.wait(), 0) << program_.errors();
    return lines();
  }

 private:
  TemporaryFolder folder_;
  Program program_;
};

/// A gRPC server with our service, and checks that run.
class GrpcHealthTest : public testing::Test {
 protected:
  GrpcHealthTest() { health->add_readiness_check("database", database); }
  ~GrpcHealthTest() override { stop(); }

  void start(vitals::GrpcHealthOptions options = {}) {
    runner.emplace(*health);
    service.emplace(*health, options);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    service->add_to(builder);
    server = builder.BuildAndStart();
    ASSERT_NE(server, nullptr);
  }
  /// Cancels the calls that are still there.
  void stop() {
    if (server) server->Shutdown(std::chrono::system_clock::now());
    server.reset();
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port); }
  [[nodiscard]] std::vector<std::string> ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), address());
    return Client{std::move(arguments)}.wait();
  }
  [[nodiscard]] std::string check(const std::string& name) const { return ask({"check", name}).at(0); }
  [[nodiscard]] Client& watch(const std::string& name) {
    return clients.emplace_back(std::vector<std::string>{address(), "watch", name});
  }

  PushedCheck database{true};
  std::optional<vitals::HealthRegistry> health{std::in_place, vitals::RegistryOptions{.answer_budget = 60s}};
  std::optional<vitals::Runner> runner;
  std::optional<vitals::GrpcHealthService> service;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::deque<Client> clients;
};

TEST_F(GrpcHealthTest, ChecksAServiceByItsName) {
  PushedCheck export_db{CheckResult::fail("down")};
  health->add_readiness_check("export-db", export_db, {.critical = false});
  start({.names = {{"notes.v1.Notes", Probe::readiness}, {"export", "export-db"}, {"import", "import-db"}}});

  for (const auto* name : {"", "readiness", "liveness", "startup", "notes.v1.Notes"}) EXPECT_EQ(check(name), "SERVING");
  EXPECT_EQ(check("export"), "NOT_SERVING");
  for (const auto* name : {"notes.v1.Other", "import"}) EXPECT_EQ(check(name), "NOT_FOUND: unknown service");
}

TEST_F(GrpcHealthTest, ListsTheServicesThatAreKnown) {
  database.set(CheckResult::fail("down"));
  start({.names = {{"notes.v1.Notes", Probe::readiness}, {"import", "import-db"}}});

  EXPECT_THAT(ask({"list"}), ElementsAre(" NOT_SERVING", "liveness SERVING", "notes.v1.Notes NOT_SERVING",
                                         "readiness NOT_SERVING", "startup SERVING"));
}

TEST_F(GrpcHealthTest, ChecksWaitForTheRunsThatTheyNeed) {
  health->add_readiness_check("slow", [] { std::this_thread::sleep_for(50ms); }, {.timeout = 60s});
  start();

  EXPECT_EQ(check(""), "SERVING");
}

TEST(GrpcHealthBudgetTest, ChecksAreAnsweredWithinTheAnswerBudget) {
  const Gate gate;
  vitals::HealthRegistry health{{.answer_budget = 100ms}};
  health.add_readiness_check("hangs", [gate] { gate.wait(); }, {.timeout = 90ms});
  const vitals::Runner runner{health};
  vitals::GrpcHealthService service{health};
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  service.add_to(builder);
  const auto server = builder.BuildAndStart();

  EXPECT_THAT(Client({"127.0.0.1:" + std::to_string(port), "check", ""}).wait(), ElementsAre("NOT_SERVING"));

  gate.open();
}

TEST_F(GrpcHealthTest, WatchesEachChange) {
  start();
  const auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));
  database.set(CheckResult::warn("slow"));
  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("NOT_SERVING"));
  database.set(CheckResult::fail("still down"));
  database.set(true);
  ASSERT_TRUE(client.prints("SERVING"));

  EXPECT_THAT(client.lines(), ElementsAre("SERVING", "NOT_SERVING", "SERVING"));
}

TEST_F(GrpcHealthTest, WatchesAServiceThatBecomesKnown) {
  start({.names = {{"export", "export-db"}}});
  const auto& client = watch("export");
  const auto& unknown = watch("notes.v1.Other");
  ASSERT_TRUE(client.prints("SERVICE_UNKNOWN"));
  const auto check = health->add_readiness_check("export-db", PushedCheck{true});
  ASSERT_TRUE(client.prints("SERVING"));
  check.remove();
  ASSERT_TRUE(client.prints("SERVICE_UNKNOWN"));

  EXPECT_TRUE(unknown.prints("SERVICE_UNKNOWN"));
  EXPECT_THAT(unknown.lines(), ElementsAre("SERVICE_UNKNOWN"));
}

TEST_F(GrpcHealthTest, WatchersDoNotWaitForListeners) {
  const Gate gate;
  const auto subscription = health->on_change([gate](const vitals::HealthEvent&) { gate.wait(); });
  start();
  const auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));

  database.set(CheckResult::fail("down"));

  EXPECT_TRUE(client.prints("NOT_SERVING"));
  gate.open();
}

TEST_F(GrpcHealthTest, LivenessStaysWhenTheServiceDrains) {
  start();
  const auto& ready = watch("");
  const auto& alive = watch("liveness");
  ASSERT_TRUE(ready.prints("SERVING"));
  ASSERT_TRUE(alive.prints("SERVING"));

  health->begin_shutdown("SIGTERM");

  EXPECT_TRUE(ready.prints("NOT_SERVING"));
  EXPECT_EQ(check(""), "NOT_SERVING");
  EXPECT_EQ(check("liveness"), "SERVING");
  EXPECT_THAT(alive.lines(), ElementsAre("SERVING"));
}

TEST_F(GrpcHealthTest, ShutdownEndsEachWatchAndSoTheServer) {
  start();
  auto& ready = watch("");
  auto& alive = watch("liveness");
  auto& unknown = watch("notes.v1.Other");
  ASSERT_TRUE(ready.prints("SERVING"));
  ASSERT_TRUE(alive.prints("SERVING"));
  ASSERT_TRUE(unknown.prints("SERVICE_UNKNOWN"));

  service->shutdown();

  EXPECT_THAT(ready.wait(), ElementsAre("SERVING", "NOT_SERVING", "UNAVAILABLE: the service has stopped"));
  EXPECT_THAT(alive.wait(), ElementsAre("SERVING", "NOT_SERVING", "UNAVAILABLE: the service has stopped"));
  EXPECT_THAT(unknown.wait(), ElementsAre("SERVICE_UNKNOWN", "UNAVAILABLE: the service has stopped"));
  EXPECT_THAT(ask({"watch", ""}), ElementsAre("UNAVAILABLE: the service has stopped"));
  EXPECT_EQ(check("liveness"), "NOT_SERVING");
  server->Shutdown();  // without a deadline it would wait for open streams
}

TEST_F(GrpcHealthTest, StreamsOfClientsThatAreGoneEnd) {
  start();
  auto& client = watch("");
  ASSERT_TRUE(client.prints("SERVING"));

  client.kill();

  server->Shutdown();  // without a deadline
}

TEST_F(GrpcHealthTest, ReachesManyWatchers) {
  start();
  const auto& client = clients.emplace_back(std::vector<std::string>{address(), "many", "500", ""});
  ASSERT_TRUE(client.prints("500 SERVING"));

  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("500 NOT_SERVING"));
  service->shutdown();

  EXPECT_TRUE(client.prints("500 UNAVAILABLE"));
}

TEST_F(GrpcHealthTest, RefusesMalformedMessages) {
  start();

  const std::string long_message = "0afe1f" + std::string(std::size_t{2} * 4094, '7');
  for (const auto& hex : {std::string{"0a05"}, std::string{"ff"}, long_message})
    for (const auto* method : {"Check", "Watch"})
      EXPECT_THAT(ask({"raw", std::string{"/grpc.health.v1.Health/"} + method, hex}),
                  ElementsAre("INVALID_ARGUMENT: the message is malformed or too long"));
  EXPECT_THAT(ask({"raw", "/grpc.health.v1.Health/Check", ""}), ElementsAre("OK: "));
  EXPECT_THAT(ask({"raw", "/grpc.health.v1.Health/Other", ""}), ElementsAre(StartsWith("UNIMPLEMENTED")));
}

TEST_F(GrpcHealthTest, AChannelThatChecksHealthIsReadyWhenTheServiceIs) {
  database.set(CheckResult::fail("down"));
  start({.names = {{"notes.v1.Notes", Probe::readiness}}});
  const auto& client = clients.emplace_back(std::vector<std::string>{address(), "channel", "notes.v1.Notes"});
  ASSERT_TRUE(client.prints("TRANSIENT_FAILURE"));
  database.set(true);
  ASSERT_TRUE(client.prints("READY"));
  database.set(CheckResult::fail("down"));
  ASSERT_TRUE(client.prints("TRANSIENT_FAILURE"));
}

// gRPC's own service is SERVING from the beginning, which is wrong here.
TEST_F(GrpcHealthTest, TakesThePlaceOfTheDefaultServiceOfItsServer) {
  grpc::EnableDefaultHealthCheckService(true);
  database.set(CheckResult::fail("down"));
  start();
  int other_port = 0;
  grpc::CallbackGenericService nothing;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &other_port);
  builder.RegisterCallbackGenericService(&nothing);
  const auto other = builder.BuildAndStart();
  grpc::EnableDefaultHealthCheckService(false);

  EXPECT_EQ(check(""), "NOT_SERVING");
  EXPECT_THAT(Client({"127.0.0.1:" + std::to_string(other_port), "check", ""}).wait(), ElementsAre("SERVING"));
}

TEST_F(GrpcHealthTest, OutlivesItsRegistry) {
  start();
  const auto& client = watch("liveness");
  ASSERT_TRUE(client.prints("SERVING"));

  runner.reset();
  health.reset();

  EXPECT_TRUE(client.prints("NOT_SERVING"));
  EXPECT_EQ(check(""), "NOT_SERVING");
}

TEST_F(GrpcHealthTest, NeedsNoThread) {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, std::filesystem::directory_iterator{});
  };
  const auto before = threads();

  service.emplace(*health);
  database.set(CheckResult::fail("down"));

  EXPECT_EQ(threads(), before);
}

// Two pieces of code generated from health.proto in one process would end it.
TEST(GrpcHealthProcessTest, MayHaveGeneratedCodeBesideIt) {
  EXPECT_THAT(Client({"serve"}).wait(), ElementsAre("SERVING"));
}

}  // namespace
}  // namespace vitals_test
