// What each networked check must survive, with the real server.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/schedule.hpp>
#include <vitals/status.hpp>
#include <vitals/testing_gmock.hpp>

#include "integration/survival_subjects.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/own_network.hpp"
#include "support/reserved_port.hpp"
#include "support/run_check.hpp"
#include "support/tampering_proxy.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::OwnNetwork;
using vitals_test::RealService;
using vitals_test::SurvivalSubject;
using vitals_test::TamperingProxy;
using Way = TamperingProxy::Way;

/// For runs that end at their limit.
constexpr auto brief = 300ms;
/// What a loaded machine may take longer.
constexpr auto patience = 10s;

/// A failure within the deadline, with these words and without a password.
void expect_late(const SurvivalSubject::Check& check) {
  const auto begin = std::chrono::steady_clock::now();
  const auto result = check(context_with_exactly(brief));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, brief + patience);
  EXPECT_THAT(result, IsFail(AllOf(HasSubstr("no answer within 270 ms"), Not(ContainsRegex("s3cr|hunter2")))));
}

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

enum class End { local, remote };

/// How many connections there are with this port at this end. Those that both sides have closed don't count.
std::size_t connections(End end, std::uint16_t port) {
  std::ostringstream name;
  name << std::hex << std::uppercase << std::setw(4) << std::setfill('0') << port;
  std::ifstream table{"/proc/net/tcp"};
  std::size_t count = 0;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words{line};
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    words >> number >> local >> remote >> state;
    const auto& address = end == End::local ? local : remote;
    if (address.ends_with(':' + name.str()) && (state == "01" || state == "08")) ++count;  // established, close-wait
  }
  return count;
}
std::size_t connections_of(std::uint16_t server) { return connections(End::local, server); }
std::size_t connections_from_here(std::uint16_t server) { return connections(End::remote, server); }

std::size_t threads() {
  const std::filesystem::directory_iterator all{"/proc/self/task"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class SurvivalTest : public testing::TestWithParam<SurvivalSubject> {
 protected:
  static void TearDownTestSuite() { services().clear(); }
  void SetUp() override {
    if (!std::filesystem::exists(GetParam().program)) GTEST_SKIP() << GetParam().program << " is missing";
    auto& service = services()[GetParam().name];
    if (service == nullptr) service = GetParam().start();
  }
  /// All tests of a subject share it.
  [[nodiscard]] RealService& service() const { return *services().at(GetParam().name); }
  [[nodiscard]] SurvivalSubject::Check check_at(std::uint16_t port) const { return GetParam().check(at(port)); }

 private:
  static std::map<std::string, std::unique_ptr<RealService>>& services() {
    static std::map<std::string, std::unique_ptr<RealService>> all;
    return all;
  }
};

TEST_P(SurvivalTest, AStoppedServerIsRefusedAndPassesWhenItIsBack) {
  const auto check = check_at(service().port());
  EXPECT_THAT(check(context_for(generous)), IsPass());

  service().stop();
  EXPECT_THAT(check(context_for(generous)), IsFail(AllOf(ContainsRegex("[Rr]efused"), HasSubstr("127.0.0.1"))));
  service().start();

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, AFrozenServerFailsInTimeAndPassesWhenItIsBack) {
  const auto check = check_at(service().port());

  service().freeze();
  expect_late(check);
  service().thaw();

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, AStopRequestEndsARun) {
  const auto check = check_at(service().port());
  std::stop_source stop;
  service().freeze();

  const std::jthread stopper{[&] { stop.request_stop(); }};
  EXPECT_THAT(check(context_for(generous, stop.get_token())), IsFail(HasSubstr("stopped before there was an answer")));
  service().thaw();
}

TEST_P(SurvivalTest, AFullQueueOfConnectionsFailsInTime) {
  const vitals_test::FullListener full;

  expect_late(check_at(full.port()));
}

TEST_P(SurvivalTest, AnAnswerInSingleBytesPasses) {
  TamperingProxy proxy{service().port()};
  proxy.set(Way::single_bytes);

  EXPECT_THAT(check_at(proxy.port())(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, AResetInTheMiddleOfAnAnswerFailsAtOnce) {
  TamperingProxy proxy{service().port()};
  const auto check = check_at(proxy.port());

  proxy.set(Way::reset);
  EXPECT_THAT(check(context_for(generous)),
              IsFail(AllOf(ContainsRegex("[Rr]eset by peer|system error: 104|closed the connection unexpectedly"),
                           HasSubstr("127.0.0.1"))));
  proxy.set(Way::forward);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, GarbageIsAWrongAnswer) {
  TamperingProxy proxy{service().port()};
  const auto check = check_at(proxy.port());

  proxy.set(Way::garbage);
  EXPECT_THAT(check(context_for(generous)), IsFail(ContainsRegex(GetParam().wrong_answer)));
  proxy.set(Way::forward);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

// Answers that follow the protocol and don't end are in the unit tests of each check.
TEST_P(SurvivalTest, GarbageWithoutAnEndIsLeft) {
  constexpr std::size_t most = 32 * 1024 * 1024;  // the buffers of two sockets, and what the check has read
  TamperingProxy proxy{service().port()};
  const auto check = check_at(proxy.port());

  proxy.set(Way::endless);
  EXPECT_THAT(check(context_for(brief)), IsFail());
  EXPECT_LT(proxy.sent(), most);
  proxy.set(Way::forward);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, AThousandRunsLeaveWhatTenLeave) {
  const vitals_test::ReservedPort nobody;
  TamperingProxy proxy{service().port()};
  proxy.set(Way::reset);
  const auto passes = check_at(service().port());
  const auto refused = check_at(nobody.number());
  const auto broken = check_at(proxy.port());
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_THAT(passes(context_for(generous)), IsPass());
      ASSERT_THAT(i % 10 == 0 ? broken(context_for(generous)) : refused(context_for(generous)), IsFail());
    }
  };
  run(10);
  ASSERT_TRUE(eventually([&] { return connections_of(service().port()) <= GetParam().kept; }));
  ASSERT_TRUE(eventually([&] { return connections_of(proxy.port()) == 0; }));
  const auto descriptors = vitals_test::open_descriptors();
  const auto threads_before = threads();

  run(1000);

  EXPECT_TRUE(eventually([&] { return connections_of(service().port()) <= GetParam().kept; }));
  EXPECT_TRUE(eventually([&] { return vitals_test::open_descriptors().size() == descriptors.size(); }));
  EXPECT_EQ(threads(), threads_before);
}

TEST_P(SurvivalTest, UnderARunnerOneRunIsOutstandingAndItRecoversByItself) {
  vitals::HealthRegistry health;
  health.add_readiness_check("subject", check_at(service().port()),
                             {.timeout = brief, .schedule = vitals::every(100ms)});
  const auto becomes = [&](vitals::Status status) {
    return eventually([&] { return health.report("subject").status == status; });
  };
  const vitals::Runner runner{health};
  EXPECT_TRUE(becomes(vitals::Status::pass));

  service().freeze();
  EXPECT_TRUE(becomes(vitals::Status::fail));
  const auto failures = health.report("subject").failures;
  EXPECT_TRUE(eventually([&] {
    EXPECT_LE(connections_from_here(service().port()), 1 + GetParam().kept);
    return health.report("subject").failures >= failures + 3;
  }));
  service().thaw();

  EXPECT_TRUE(becomes(vitals::Status::pass));
}

TEST_P(SurvivalTest, ALinkThatGoesDownFailsInTimeAndPassesWhenItIsBack) {
  if (!OwnNetwork::is_allowed()) GTEST_SKIP() << "no network of its own";
  std::thread elsewhere{[this] {
    try {
      const OwnNetwork network;
      const auto server = GetParam().start();
      TamperingProxy proxy{server->port(), [] { OwnNetwork::set_loopback(false); }};
      const auto check = check_at(proxy.port());
      EXPECT_THAT(check(context_for(generous)), IsPass());

      proxy.set(Way::vanish);
      expect_late(check);
      proxy.set(Way::forward);
      OwnNetwork::set_loopback(true);

      EXPECT_THAT(check(context_for(generous)), IsPass());
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }};
  elsewhere.join();
}

INSTANTIATE_TEST_SUITE_P(Each, SurvivalTest, testing::ValuesIn(vitals_test::survival_subjects()),
                         [](const auto& subject) { return subject.param.name; });

}  // namespace
