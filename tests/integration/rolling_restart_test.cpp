#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/example_server.hpp"
#include "support/haproxy.hpp"
#include "support/load.hpp"
#include "support/reserved_port.hpp"

namespace {

using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using vitals_test::eventually;
using vitals_test::ExampleServer;
using vitals_test::FailedRequest;
using vitals_test::Haproxy;
using vitals_test::Load;
using vitals_test::LoadResult;
using vitals_test::ReservedPort;
using vitals_test::TemporaryFolder;

double seconds_now() {
  return std::chrono::duration<double>{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

/// In memory if possible: a disk that is busy with other tests can delay the readiness checks of all three instances at
/// the same time.
std::filesystem::path folder_of_databases() {
  const std::filesystem::path memory{"/dev/shm"};
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

/// An example server that restarts with the same ports and notes.
class Instance {
 public:
  void start(const std::string& drain_seconds) {
    server_ = std::make_unique<ExampleServer>(
        folder_.path(),
        std::vector<std::string>{"--port", std::to_string(ports().port), "--health-port",
                                 std::to_string(ports().health_port), "--drain-seconds", drain_seconds});
  }

  [[nodiscard]] Haproxy::Server ports() const { return {port_.number(), health_port_.number()}; }
  [[nodiscard]] ExampleServer& server() { return *server_; }

 private:
  TemporaryFolder folder_{folder_of_databases()};
  ReservedPort port_;
  ReservedPort health_port_;
  std::unique_ptr<ExampleServer> server_;
};

/// Three instances behind one HAProxy.
class RollingRestartTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Haproxy::available()) GTEST_SKIP() << "no HAProxy";
  }

  void start(const std::string& drain_seconds, const Haproxy::Options& options) {
    drain_seconds_ = drain_seconds;
    for (Instance& instance : instances_) {
      instance.start(drain_seconds_);
      ASSERT_TRUE(instance.server().becomes("/ready", 200)) << instance.server().log();
    }
    haproxy_ = std::make_unique<Haproxy>(
        std::vector<Haproxy::Server>{instances_[0].ports(), instances_[1].ports(), instances_[2].ports()}, options);
  }

  /// Stops and restarts each instance, under load.
  LoadResult restart_in_turn(int rounds, std::size_t slow_workers) {
    Load load{haproxy_->port(), slow_workers};
    for (int round = 0; round < rounds; ++round)
      for (std::size_t i = 0; i < instances_.size(); ++i) restart(i);
    for (std::size_t i = 0; i < instances_.size(); ++i) expect_traffic(i);
    return load.end();
  }

  void restart(std::size_t i) {
    expect_traffic(i);
    instances_[i].server().signal(SIGTERM);
    EXPECT_TRUE(haproxy_->sees(i, "DOWN"));
    EXPECT_EQ(instances_[i].server().wait(), 0) << instances_[i].server().log();
    if (had_work_after_the_delay(instances_[i].server().log())) ++ends_with_work_;
    come_back(i);
  }

  static bool had_work_after_the_delay(const std::string& log) {
    const auto line = log.find("draining -> finishing");
    return line != std::string::npos &&
           log.substr(line, log.find('\n', line) - line).find(" in flight") != std::string::npos;
  }

  void come_back(std::size_t i) {
    instances_[i].start(drain_seconds_);
    EXPECT_TRUE(haproxy_->sees(i, "UP")) << instances_[i].server().log();
  }

  /// Waits until the instance gets requests: stopping an idle one would prove nothing.
  void expect_traffic(std::size_t i) {
    const auto before = haproxy_->sessions(i);
    EXPECT_TRUE(eventually([&] { return haproxy_->sessions(i) >= before + 50; }, Haproxy::pause));
  }

  void record(const LoadResult& result) {
    RecordProperty("requests", std::to_string(result.requests));
    RecordProperty("failed", std::to_string(result.failed.size()));
    std::cout << result.requests << " requests, " << result.failed.size() << " failed, the slowest took "
              << result.slowest << " s; " << ends_with_work_ << " instances ended with requests under way" << std::endl;
  }

  std::array<Instance, 3> instances_;
  std::unique_ptr<Haproxy> haproxy_;
  std::string drain_seconds_;
  int ends_with_work_ = 0;  ///< Instances that closed their listener with requests in flight.
};

/// So many that almost every instance that stops has requests that began before its propagation delay and end after it.
constexpr std::size_t slow_workers = 24;

TEST_F(RollingRestartTest, LosesNothingInFiveRounds) {
  ASSERT_NO_FATAL_FAILURE(start("1", {}));

  const LoadResult result = restart_in_turn(5, slow_workers);

  record(result);
  EXPECT_THAT(result.failed, IsEmpty()) << result << '\n' << haproxy_->log();
  EXPECT_GE(ends_with_work_, 12) << "the load proves nothing of requests under way";
}

// In this mode the load balancer never closes a connection: a connection that is kept alive stays with its instance
// until the instance closes it.
TEST_F(RollingRestartTest, LosesNothingOnConnectionsThatArePassedThrough) {
  ASSERT_NO_FATAL_FAILURE(start("1", {.mode = "tcp"}));

  const LoadResult result = restart_in_turn(2, slow_workers);

  record(result);
  EXPECT_THAT(result.failed, IsEmpty()) << result << '\n' << haproxy_->log();
  EXPECT_GE(ends_with_work_, 4) << "the load proves nothing of requests under way";
}

TEST_F(RollingRestartTest, LosesRequestsWithoutPropagationDelay) {
  ASSERT_NO_FATAL_FAILURE(start("0", {}));

  const LoadResult result = restart_in_turn(1, 0);

  record(result);
  EXPECT_THAT(result.failed, Not(IsEmpty())) << "the load proves nothing";
}

TEST_F(RollingRestartTest, AKilledInstanceLosesNoMoreThanWasInFlightOnIt) {
  ASSERT_NO_FATAL_FAILURE(start("2", {.retries = "3", .redispatch = true}));
  Load load{haproxy_->port()};
  expect_traffic(0);
  instances_[0].server().signal(SIGSTOP);  // so that requests are in flight
  ASSERT_TRUE(eventually([&] { return haproxy_->in_flight(0) >= Load::workers / 2; }, Haproxy::pause));

  const double killed = seconds_now();
  instances_[0].server().signal(SIGKILL);
  EXPECT_EQ(instances_[0].server().wait(), -SIGKILL);
  const double reaped = seconds_now();
  EXPECT_TRUE(haproxy_->sees(0, "DOWN"));
  for (const std::size_t other : {1U, 2U}) expect_traffic(other);
  come_back(0);
  expect_traffic(0);
  const LoadResult result = load.end();

  record(result);
  EXPECT_THAT(result.failed, SizeIs(AllOf(Ge(1U), Le(Load::workers)))) << result << haproxy_->log();
  for (const FailedRequest& request : result.failed) {
    EXPECT_LE(request.begin, reaped) << request.what;
    EXPECT_GE(request.end, killed) << request.what;
  }
}

}  // namespace
