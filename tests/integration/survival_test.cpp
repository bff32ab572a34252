// What each networked check must survive, with the real server.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <map>
#include <memory>
#include <net/if.h>
#include <sched.h>
#include <sstream>
#include <stop_token>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing_gmock.hpp>

#include "integration/survival_subjects.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
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
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::RealService;
using vitals_test::SurvivalSubject;
using vitals_test::TamperingProxy;
using Way = TamperingProxy::Way;

/// For runs that end at their limit.
constexpr auto brief = 300ms;

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

/// How many connections the server at this port has. Those that both sides have closed don't count.
std::size_t connections_of(std::uint16_t port) {
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
    if (local.ends_with(':' + name.str()) && (state == "01" || state == "08")) ++count;  // established, close-wait
  }
  return count;
}

std::size_t threads() {
  const std::filesystem::directory_iterator all{"/proc/self/task"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Network interfaces of this thread's own, and of those that it starts.
class OwnNetwork {
 public:
  OwnNetwork() {
    if (::unshare(CLONE_NEWNET) != 0) throw std::runtime_error{"no network of its own"};
    set_loopback(true);
  }
  static void set_loopback(bool up) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::string{"lo"}.copy(static_cast<char*>(request.ifr_name), sizeof request.ifr_name);
    request.ifr_flags = static_cast<short>(up ? IFF_UP | IFF_RUNNING : 0);
    const int status = ::ioctl(fd, SIOCSIFFLAGS, &request);
    ::close(fd);
    if (status != 0) throw std::runtime_error{"can't change the network"};
  }
};

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
  EXPECT_THAT(check(context_for(brief)), IsFail(HasSubstr("no answer within 270 ms")));
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

  EXPECT_THAT(check_at(full.port())(context_for(brief)), IsFail(HasSubstr("no answer within 270 ms")));
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
  EXPECT_THAT(check(context_for(generous)), IsFail(Not(HasSubstr("no answer within"))));
  proxy.set(Way::forward);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, GarbageFails) {
  TamperingProxy proxy{service().port()};
  const auto check = check_at(proxy.port());

  proxy.set(Way::garbage);
  EXPECT_THAT(check(context_for(brief)), IsFail());
  proxy.set(Way::forward);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_P(SurvivalTest, AnEndlessAnswerIsLeft) {
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

TEST_P(SurvivalTest, ALinkThatGoesDownFailsInTimeAndPassesWhenItIsBack) {
  std::thread elsewhere{[this] {
    try {
      const OwnNetwork network;
      const auto server = GetParam().start();
      TamperingProxy proxy{server->port()};
      const auto check = check_at(proxy.port());
      EXPECT_THAT(check(context_for(generous)), IsPass());

      proxy.set(Way::vanish);
      proxy.before_answers([] { OwnNetwork::set_loopback(false); });
      EXPECT_THAT(check(context_for(brief)), IsFail(HasSubstr("no answer within 270 ms")));
      proxy.before_answers({});
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
