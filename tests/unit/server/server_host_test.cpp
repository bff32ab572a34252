// A host whose turns and time the test drives.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/descriptors.hpp"
#include "support/served_connection.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using HostTest = ServedConnectionTest;

TEST_F(HostTest, ServesAThousandReadySocketsInOneTurn) {
  const DescriptorLimit enough{std::min<rlim_t>(DescriptorLimit::hard(), 4096)};
  std::vector<Peer> peers(1000);
  for (auto& peer : peers) (void)serve(peer);
  ASSERT_EQ(service_->places.size(), peers.size());
  for (const auto& peer : peers) peer.send(get_healthz);

  std::size_t answered = 0;
  int turns = 0;
  for (; turns < 1000 && answered < peers.size(); ++turns) {
    EXPECT_EQ(host_->turn(), 1) << "the set is all that the host sees";
    for (const auto& peer : peers) answered += peer.received().starts_with("HTTP/1.1 200 ") ? 1 : 0;
  }

  EXPECT_EQ(answered, peers.size());
  EXPECT_LE(turns, 4) << "256 at a time, so that others have their turn";
}

TEST_F(HostTest, IsCalledOnceForEachEventOfAConnection) {
  Peer peer;
  (void)serve(peer);
  ASSERT_EQ(host_->turn(), 1) << "it may be written to";

  peer.send(get_healthz.substr(0, 10));

  EXPECT_EQ(host_->turn(), 1);
  EXPECT_EQ(host_->turn(), 0) << "edge-triggered: the part of a head has been read";
}

TEST_F(HostTest, GivesAPipeliningPeerItsTurnsBetweenThoseOfOthers) {
  options_.pipelined_per_turn = 2;
  Peer peer;
  for (int i = 0; i < 5; ++i) peer.send(get_healthz);
  const auto count = [](const std::string& text) {
    std::size_t found = 0;
    for (auto at = text.find("HTTP/1.1 200"); at != std::string::npos; at = text.find("HTTP/1.1 200", at + 1)) ++found;
    return found;
  };

  (void)serve(peer);
  EXPECT_EQ(count(peer.received()), 2U);
  (void)host_->turn();
  EXPECT_EQ(count(peer.received()), 2U);
  (void)host_->turn();
  EXPECT_EQ(count(peer.received()), 1U);
}

TEST_F(HostTest, ClosesAnOldConnectionAfterItsNextAnswer) {
  Peer peer;
  const auto connection = serve(peer);
  peer.send(get_healthz);
  connection->on_event({});
  ASSERT_THAT(peer.received(), Not(HasSubstr("Connection: close")));

  pass(options_.max_connection_age + 1ns);
  peer.send(get_healthz);
  connection->on_event({});

  EXPECT_THAT(peer.received(), HasSubstr("Connection: close"));
  EXPECT_EQ(limits_.counts().old, 1U);
}

TEST_F(HostTest, KeepsAConnectionUntilItIsOld) {
  Peer peer;
  const auto connection = serve(peer);
  pass(options_.max_connection_age);

  peer.send(get_healthz);
  connection->on_event({});

  EXPECT_THAT(peer.received(), AllOf(StartsWith("HTTP/1.1 200"), Not(HasSubstr("Connection: close"))));
}

TEST_F(HostTest, HasFewExpensiveTurnsInARow) {
  struct Client final : vitals::detail::HostTask {
    void on_turn() noexcept override { ++turns; }
    int turns = 0;
  };
  constexpr auto most = vitals::detail::TurnQueue::most_per_turn;
  std::vector<std::shared_ptr<Client>> clients;
  const auto queue = std::make_shared<vitals::detail::TurnQueue>(*host_);
  for (std::size_t i = 0; i < 2 * most + 1; ++i) queue->add(clients.emplace_back(std::make_shared<Client>()));
  clients.front().reset();
  const auto called = [&] { return std::ranges::count_if(clients, [](const auto& c) { return c && c->turns == 1; }); };

  host_->turn();
  EXPECT_EQ(called(), most - 1);
  host_->turn();
  host_->turn();

  EXPECT_EQ(called(), 2 * most);
}

/// Has no memory for the first task that is posted to it.
class ForgetfulHost final : public vitals::detail::Host {
 public:
  std::unique_ptr<vitals::detail::HostWait> watch(int, vitals::detail::HostClient&) override { return nullptr; }
  std::unique_ptr<vitals::detail::HostTimer> timer(vitals::detail::HostClient&) override { return nullptr; }
  void post(std::shared_ptr<vitals::detail::HostTask> task) noexcept override {
    if (std::exchange(forgets_, false)) return;
    task->on_turn();
  }

 private:
  bool forgets_ = true;
};

TEST(TurnQueueTest, GoesOnAfterAHostWithoutMemory) {
  struct Client final : vitals::detail::HostTask {
    void on_turn() noexcept override { ++turns; }
    int turns = 0;
  };
  ForgetfulHost host;
  const auto queue = std::make_shared<vitals::detail::TurnQueue>(host);
  const auto first = std::make_shared<Client>();
  const auto second = std::make_shared<Client>();

  queue->add(first);
  EXPECT_EQ(first->turns, 0);
  queue->add(second);

  EXPECT_EQ(first->turns, 1);
  EXPECT_EQ(second->turns, 1);
}

}  // namespace
}  // namespace vitals_test
