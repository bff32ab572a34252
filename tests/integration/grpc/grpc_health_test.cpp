// grpc.health.v1, asked by clients with generated code in processes of their own.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>

#include <grpcpp/generic/async_generic_service.h>

#include "integration/grpc/grpc_fixture.hpp"
#include "support/gate.hpp"

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

// Nothing else would run this check again so soon.
TEST_F(GrpcHealthTest, ChecksWaitForTheRunsThatTheyNeed) {
  std::atomic<int> runs = 0;
  health->add_readiness_check("passes-once", [&] { return ++runs == 1; },
                              {.timeout = 60s, .schedule = vitals::on_demand(1ms)});
  start();
  ASSERT_TRUE(eventually([&] { return health->report(Probe::readiness).status() == vitals::Status::pass; }));
  std::this_thread::sleep_for(2ms);  // older than max_age

  EXPECT_EQ(check(""), "NOT_SERVING");
}

// The check has an hour, and the client 30 s.
TEST(GrpcHealthBudgetTest, ChecksWaitForTheAnswerBudgetAtMost) {
  const Gate gate;
  vitals::HealthRegistry health{{.answer_budget = 100ms}};
  health.add_readiness_check("hangs", [gate] { gate.wait(); }, {.timeout = 1h, .schedule = vitals::every(1h)});
  const vitals::Runner runner{health};
  vitals::GrpcHealthService service{health};
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  service.add_to(builder);
  const auto server = builder.BuildAndStart();

  EXPECT_THAT(Client({"127.0.0.1:" + std::to_string(port), "check", "", "30"}).wait(), ElementsAre("NOT_SERVING"));

  gate.open();
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

  EXPECT_EQ(server->GetHealthCheckService(), nullptr);
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

// Without its clients' end the answer would come after a minute, and the server would wait for it.
TEST_F(GrpcHealthTest, ChecksOfClientsThatAreGoneEnd) {
  const Gate gate;
  health.emplace(vitals::RegistryOptions{.answer_budget = 1min});
  health->add_readiness_check("hangs", [gate] { gate.wait(); }, {.timeout = 1h, .schedule = vitals::every(1h)});
  start();
  auto& client = clients.emplace_back(std::vector<std::string>{address(), "check", ""});
  gate.wait_until_entered();
  std::this_thread::sleep_for(50ms);  // most probably the call waits by now
  client.kill();

  const auto begin = std::chrono::steady_clock::now();
  server->Shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
  gate.open();
}

// The application's code may use the registry's threads for answers for long.
TEST_F(GrpcHealthTest, ChecksDoNotWaitForTheApplicationsAnswers) {
  const Gate gate;
  const vitals::Endpoint endpoint{*health};
  start();
  // If the answer were at hand, this thread would be told it.
  const Gate run;
  health->add_readiness_check("slow", [run] { run.wait(); }, {.timeout = 60s, .schedule = vitals::on_demand(1ms)});
  const auto pending = endpoint.async_handle({.target = "/ready"}, [gate](const auto&) { gate.wait(); });
  run.open();
  gate.wait_until_entered();

  EXPECT_EQ(check(""), "SERVING");
  gate.open();
}

// Before a client watches: then gRPC has threads anyway.
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
