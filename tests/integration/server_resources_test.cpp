#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>

#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unaccepted_client.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

std::set<std::string> threads() {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) ids.insert(entry.path().filename());
  return ids;
}

/// The signals that a thread blocks, one bit each; all bits for a thread that has ended.
unsigned long long blocked_signals(const std::string& thread) {
  std::ifstream status{"/proc/self/task/" + thread + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigBlk:")) return std::stoull(line.substr(7), nullptr, 16);
  return ~0ULL;
}

class ServerResourcesTest : public ServerTest {};

TEST_F(ServerResourcesTest, KeepsAcceptingAfterTheProcessRanOutOfDescriptors) {
  const auto trouble = std::make_shared<std::promise<std::string>>();
  add_hanging_check(health_, gate_);
  start({.log = [trouble, told = false](std::string_view line) mutable {
    if (!std::exchange(told, true)) trouble->set_value(std::string{line});
  }});
  UnacceptedClient client{server_->port()};

  client->send(get_healthz);
  const auto line = trouble->get_future().get();
  client.free_descriptors();

  EXPECT_EQ(line, "vitals: can't accept a connection on 127.0.0.1:" + std::to_string(server_->port()) +
                      ": Too many open files; trying again every 100 ms");
  EXPECT_EQ(client->read_response().status, 200);
}

TEST_F(ServerResourcesTest, AnswersProbesByASpareDescriptorWhileTheProcessHasNoneLeft) {
  start();
  auto idle = connect();
  idle.send(get_healthz).read_response();
  const LastDescriptor last;  // for the client's end of the probe

  // Until the server has closed the last probe's connection, it may have no descriptor for the next one.
  const auto has_closed_it = [&] {
    try {
      return sockets_of(server_->port()) == 2;  // the listener and the idle connection
    } catch (const std::filesystem::filesystem_error&) {
      return false;  // this call needs a descriptor, too
    }
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200) << i;
    ASSERT_TRUE(eventually(has_closed_it));
  }

  EXPECT_EQ(idle.send(get_healthz).read_response().status, 200) << "it didn't have to make room";
  EXPECT_EQ(server_->limit_counts().made_room, 0U);
}

TEST_F(ServerResourcesTest, HasASpareDescriptorAgainOnceOneIsFree) {
  start();
  const auto before = open_descriptors().size();
  {
    const LastDescriptor last;
    auto client = connect();
    EXPECT_EQ(client.send(get_healthz).read_response().status, 200);  // uses the spare descriptor, and keeps it
  }

  EXPECT_TRUE(eventually([&] { return open_descriptors().size() == before; }));
}

TEST_F(ServerResourcesTest, ClosesNoConnectionWhileNoNewOneNeedsItsDescriptor) {
  start();
  LastDescriptor last{2};

  auto client = connect();  // takes one descriptor; the server takes the other

  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.send(get_healthz).read_response().status, 200);
}

TEST_F(ServerResourcesTest, MakesRoomForANewConnectionByEndingTheLongestIdleOne) {
  start({.max_connections = 8});
  std::vector<HttpClient> flood;
  for (int i = 0; i < 20; ++i) {
    flood.push_back(connect());
    flood.back().send(get_healthz).read_response();
  }

  EXPECT_EQ(connect().send(get_healthz).read_response().status, 200);
  EXPECT_EQ(flood.front().read_to_end(), "");
}

TEST_F(ServerResourcesTest, ReportsASystemErrorIfDescriptorsAreMissingToStart) {
  start();  // a server that has run before has all but its own descriptors
  server_->stop();
  std::error_code error;
  {
    LastDescriptor last;  // enough to listen, not to serve
    server_->start(error);
  }

  EXPECT_EQ(error, std::errc::too_many_files_open);
  EXPECT_EQ(server_->port(), 0);
}

TEST_F(ServerResourcesTest, OpensNoDescriptorThatAChildWouldInherit) {
  const auto before = open_descriptors();
  start();
  auto client = connect();
  client.send(get_healthz).read_response();

  const auto after = open_descriptors();

  EXPECT_GE(after.size(), before.size() + 4);  // the listener, a connection, its client, and Asio's own
  for (const int fd : after) EXPECT_TRUE(before.count(fd) != 0 || is_close_on_exec(fd)) << fd;
}

TEST_F(ServerResourcesTest, LeavesNoDescriptorOpen) {
  const auto before = open_descriptors();
  {
    start();
    auto client = connect();
    client.send(get_healthz).read_response();
    auto other = connect();
    server_->stop();
  }

  EXPECT_TRUE(eventually([&] { return open_descriptors() == before; }));  // the timer thread closes its own
}

TEST_F(ServerResourcesTest, LeavesNoDescriptorOpenWhileACheckThatAnAnswerWaitedForHangs) {
  const vitals::Runner goes_on{health_};
  add_hanging_check(health_, gate_);
  gate_.wait_until_entered();
  const auto before = open_descriptors();
  {
    start();
    const auto sockets = open_sockets().size();
    auto client = connect();
    client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return open_sockets().size() == sockets + 2; }));
    server_->stop();
  }

  EXPECT_EQ(open_descriptors(), before);
  gate_.open();
}

TEST_F(ServerResourcesTest, LeavesNoDescriptorOpenWhenItCannotListen) {
  start();
  vitals::HealthServer second{health_, {.address = "127.0.0.1", .port = server_->port()}};
  const auto before = open_descriptors();

  EXPECT_THROW(second.start(), std::system_error);

  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ServerResourcesTest, DropsAConnectionThatIsResetWhileItsAnswerWaits) {
  add_hanging_check(health_, gate_);
  start();
  const auto before = open_sockets().size();
  auto client = connect();
  client.send("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.wait_until_entered();

  client.reset();

  EXPECT_TRUE(eventually([&] { return open_sockets().size() == before; }));
}

TEST_F(ServerResourcesTest, SurvivesPeersThatResetWhileTheyAreAnswered) {
  start();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get_healthz;

  for (int i = 0; i < 50; ++i) {
    auto client = connect();
    client.send(requests);
    client.reset();
  }

  EXPECT_EQ(http_get(server_->port(), "/healthz").status, 200);
}

TEST_F(ServerResourcesTest, LeavesEverySignalToTheApplicationsThreads) {
  const auto before = threads();
  const auto mask_before = blocked_signals(std::to_string(::getpid()));
  start();
  http_get(server_->port(), "/healthz");  // until a thread runs, the C library blocks its signals

  auto started = threads();
  std::erase_if(started, [&](const auto& thread) { return before.count(thread) != 0; });
  EXPECT_FALSE(started.empty());
  for (const auto& thread : started)
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM})
      EXPECT_NE(blocked_signals(thread) & (1ULL << (signal - 1)), 0U) << thread << ' ' << signal;
  EXPECT_EQ(blocked_signals(std::to_string(::getpid())), mask_before);
}

}  // namespace
}  // namespace vitals_test
