// What a forked child sees of its parent's service, and what it may start itself.

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/local_server.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

/// A child that waits until it is destroyed.
class IdleChild {
 public:
  IdleChild() { close(ends_[0]); }
  ~IdleChild() { close(ends_[1]); }

 private:
  static std::array<int, 2> make_pipe() {
    std::array<int, 2> ends = {};
    if (pipe(ends.data()) != 0) throw std::runtime_error{"can't make a pipe"};
    return ends;
  }

  std::array<int, 2> ends_ = make_pipe();
  Child child_{[this] {
    close(ends_[1]);
    char byte = 0;
    [[maybe_unused]] const auto end = read(ends_[0], &byte, 1);
  }};
};

class ForkedCopyTest : public testing::Test {
 protected:
  ForkedCopyTest() {
    health_.add_readiness_check("queue", [] { return true; });
    server_.start();
    HttpClient{server_.port()}.send(get_ready).read_response();
  }

  vitals::HealthRegistry health_{{.answer_budget = 60s}};
  vitals::HealthServer server_{health_, local()};
  vitals::Endpoint endpoint_{health_};
};

TEST_F(ForkedCopyTest, AnswersAtOnceWithWhatIsKnown) {
  const Gate gate;
  health_.add_readiness_check(
      "slow", [gate] { gate.wait(); }, patient());
  gate.wait_until_entered();
  ASSERT_TRUE(eventually(others_sleep));
  Child child{[&] {
    bool done = false;
    const auto pending = endpoint_.async_handle({.target = "/ready/queue"}, [&](auto) { done = true; });
    if (!endpoint_.handle({.target = "/ready"}) || !done) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
  gate.open();
}

TEST_F(ForkedCopyTest, StartsNoThread) {
  if (!children_may_have_threads) GTEST_SKIP() << "its own thread is seen";
  ASSERT_TRUE(eventually(others_sleep));
  Child child{[&] {
    const auto subscription = health_.on_change([](const vitals::HealthEvent&) { _exit(1); });
    health_.add_readiness_check("new", [] { _exit(2); });
    (void)health_.report(vitals::Probe::readiness);
    const auto tasks = std::filesystem::directory_iterator{"/proc/self/task"};
    _exit(std::distance(begin(tasks), end(tasks)) == 1 ? 0 : 3);
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkedCopyTest, KeepsTheHandlerOfAnAnswerThatIsPending) {
  const Gate gate;
  health_.add_readiness_check(
      "slow", [gate] { gate.wait(); }, patient());
  const auto owned = std::make_shared<int>();
  std::optional pending = endpoint_.async_handle({.target = "/ready"}, [owned](auto) {});
  Child child{[&] {
    pending.reset();
    _exit(owned.use_count() == 2 ? 0 : 1);
  }};

  EXPECT_EQ(child.wait(), 0);
  gate.open();
  EXPECT_TRUE(eventually([&] { return owned.use_count() == 1; })) << "the parent's has been answered";
}

TEST_F(ForkedCopyTest, ClosesNoEventOfTheChildsOwn) {
  Child child{[&] {
    std::vector<int> own;
    for (int fd = 3; fd < 256; ++fd) close(fd);
    for (int i = 0; i < 64; ++i) own.push_back(eventfd(0, EFD_CLOEXEC));

    server_.stop();

    for (const int fd : own)
      if (fcntl(fd, F_GETFD) < 0) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(ForkedCopyTest, DoesNotKeepTheParentsConnectionsOpen) {
  HttpClient kept{server_.port()};
  kept.send(get_ready).read_response();
  const IdleChild child;

  server_.stop();

  EXPECT_EQ(kept.read_to_end(), "");
}

TEST_F(ForkedCopyTest, MayBeStartedOnceTheParentHasStoppedIt) {
  if (!children_may_have_threads) GTEST_SKIP();
  server_.stop();
  ASSERT_TRUE(eventually(others_sleep));
  Child child{[&] {
    server_.start();
    if (HttpClient{server_.port()}.send(get_ready).read_response().status != 200) _exit(1);
    server_.stop();
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST(ForkAfterAbandonTest, AChildHasNoCallsThatTheParentHasAbandoned) {
  if (!children_may_have_threads) GTEST_SKIP();
  const auto gate = std::make_shared<Gate>();
  const auto runs = std::make_shared<std::atomic<int>>(0);
  vitals::HealthRegistry health;
  std::optional<vitals::ScopedCheck> check = health.add_readiness_check("hangs", [gate, runs] {
    if (++*runs == 1) gate->wait();
  });
  vitals::HealthServer server{health, local()};
  server.start();
  gate->wait_until_entered();
  server.stop();
  ASSERT_TRUE(eventually(others_sleep));

  Child child{[&] {
    vitals::HealthServer own{health, local()};
    own.start();
    if (!eventually([&] { return *runs > 1; })) _exit(1);
    check.reset();
  }};

  EXPECT_EQ(child.wait(), 0);
  gate->open();
}

}  // namespace
}  // namespace vitals_test
