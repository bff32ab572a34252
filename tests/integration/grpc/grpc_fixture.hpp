#pragma once

#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <vitals/grpc.hpp>
#include <vitals/vitals.hpp>

#include "support/eventually.hpp"
#include "support/program.hpp"

namespace vitals_test {

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

  vitals::PushedCheck database{true};
  std::optional<vitals::HealthRegistry> health{std::in_place,
                                               vitals::RegistryOptions{.answer_budget = std::chrono::seconds{60}}};
  std::optional<vitals::Runner> runner;
  std::optional<vitals::GrpcHealthService> service;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::deque<Client> clients;
};

}  // namespace vitals_test
