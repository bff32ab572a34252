// What happens to a connection only once, or what it has only once: the end of its peer, the limit for its first head,
// its host.

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/registry.hpp>
#include <vitals/runner.hpp>

#include "core/state/registry_state.hpp"
#include "server/connection.hpp"
#include "server/dispatcher.hpp"
#include "support/eventually.hpp"
#include "support/fake_host.hpp"
#include "support/server_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::detail::Connection;
using vitals::detail::Descriptor;
using vitals::detail::Host;
using vitals_test::FakeHost;

vitals::SteadyTime test_time{1h};
vitals::SteadyTime now() noexcept { return test_time; }

/// Calls a function and then drops what is posted, as a host that has ended would.
class EndedHost final : public Host {
 public:
  struct Seen {
    std::atomic<bool> end = false;          ///< The host was destroyed.
    std::atomic<bool> posted = false;       ///< post() was called.
    std::atomic<bool> end_in_post = false;  ///< The host was destroyed during post().
  };

  EndedHost(std::shared_ptr<Seen> seen, std::function<void()> before)
      : seen_{std::move(seen)}, before_{std::move(before)} {}
  EndedHost(const EndedHost&) = delete;
  EndedHost& operator=(const EndedHost&) = delete;
  ~EndedHost() override { seen_->end = true; }

  std::unique_ptr<vitals::detail::HostWait> watch(int fd, vitals::detail::HostClient& client) override {
    return host_.watch(fd, client);
  }
  std::unique_ptr<vitals::detail::HostTimer> timer(vitals::detail::HostClient& client) override {
    return host_.timer(client);
  }
  void post(std::shared_ptr<vitals::detail::HostTask> task) noexcept override {
    const auto seen = seen_;
    before_();
    task = nullptr;
    seen->end_in_post = seen->end.load();
    seen->posted = true;
  }

 private:
  std::shared_ptr<Seen> seen_;
  std::function<void()> before_;
  FakeHost host_{&now};
};

class ConnectionOnceTest : public testing::Test {
 protected:
  ~ConnectionOnceTest() override {
    if (connection_) connection_->close();
  }

  void start(std::shared_ptr<Host> host, std::string_view bytes) {
    service_ = std::make_shared<vitals::detail::Service>(std::move(host), answers_, limits_, counts_, options_,
                                                         [](const std::string&) {});
    service_->clock = &now;
    service_->begin_turn();
    dispatcher_.emplace(*service_);
    dispatcher_->wait();
    std::array<int, 2> ends = {};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    peer_ = Descriptor{ends[0]};
    send(bytes);
    connection_ = std::make_shared<Connection>(service_);
    connection_->start(Descriptor{ends[1]});
  }
  void send(std::string_view bytes) {
    ASSERT_EQ(::send(peer_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  void let_go() {
    connection_->close();
    connection_ = nullptr;
    dispatcher_.reset();
    service_ = nullptr;
  }

  vitals::HealthRegistry health_{{.answer_budget = 60s}};
  vitals::detail::Answers answers_{vitals::detail::state_of(health_), {}};
  vitals::detail::Limits limits_;
  vitals::detail::RequestCounts counts_;
  vitals::HealthServerOptions options_ = {};
  std::shared_ptr<vitals::detail::Service> service_;
  std::optional<vitals::detail::Dispatcher> dispatcher_;
  Descriptor peer_;
  std::shared_ptr<Connection> connection_;
};

TEST_F(ConnectionOnceTest, DoesNotLingerForAPeerWhoseLastBytesCameWithItsEnd) {
  const auto host = std::make_shared<FakeHost>(&now);
  start(host, "nonsense\r\n\r\n");
  while (host->turn() > 0) continue;
  ASSERT_EQ(service_->places.size(), 1U);
  send("x");
  ASSERT_EQ(::shutdown(peer_.get(), SHUT_WR), 0);

  while (host->turn() > 0) continue;

  EXPECT_TRUE(service_->places.empty());
  EXPECT_EQ(limits_.counts().cut_off, 0U);
}

TEST_F(ConnectionOnceTest, LeavesTheFirstHeadTheTimeThatThePROXYHeaderHasLeft) {
  options_.proxy_protocol = vitals::ProxyProtocol::required;
  options_.head_timeout = 10s;
  const auto host = std::make_shared<FakeHost>(&now);
  start(host, "PROXY ");
  test_time += 6s;
  send("UNKNOWN\r\nGET");
  while (host->turn() > 0) continue;

  test_time += 4s;

  EXPECT_EQ(service_->places.overdue(service_->stage_limits, test_time).get(), connection_.get());
}

TEST_F(ConnectionOnceTest, KeepsItsHostWhileItPostsThatRunsAreOver) {
  const vitals::Runner runner{health_};
  const vitals_test::Gate gate;
  health_.add_readiness_check(
      "hangs", [gate] { gate.wait(); }, vitals_test::patient());
  const auto seen = std::make_shared<EndedHost::Seen>();
  start(std::make_shared<EndedHost>(seen, [this] { let_go(); }), "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(service_->places.size(), 1U);

  gate.open();

  ASSERT_TRUE(vitals_test::eventually([&] { return seen->posted.load(); }));
  EXPECT_FALSE(seen->end_in_post);
}

struct Task final : vitals::detail::HostTask {
  void on_turn() noexcept override { ++turns; }
  int turns = 0;
};

TEST(PostedTasksTest, WakeTheHostForARepostedTaskIfWakingItFailedBefore) {
  vitals::detail::PostedTasks tasks;
  const auto task = std::make_shared<Task>();
  ASSERT_TRUE(tasks.add(task));
  ASSERT_FALSE(tasks.add(task));
  tasks.not_woken();

  EXPECT_TRUE(tasks.add(task));

  tasks.call_all();
  EXPECT_EQ(task->turns, 1);
}

}  // namespace
