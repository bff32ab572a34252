// The two interfaces below a connection: a host whose turns and time the test drives, and a transport whose bytes the
// test chooses.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
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
using vitals::detail::Interest;
using vitals::detail::Transfer;

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

/// The bytes that the transport will return, and those that it was given.
struct Script {
  std::deque<Transfer> receives;
  std::string incoming;
  std::string sent;
  std::size_t room = 100'000;
  Interest wants_to_send = Interest::output;
};

class ScriptedTransport final : public vitals::detail::Transport {
 public:
  explicit ScriptedTransport(std::shared_ptr<Script> script) : script_{std::move(script)} {}

  Transfer receive(char* data, std::size_t size) override {
    if (script_->receives.empty()) return {.drained = true};
    auto transfer = script_->receives.front();
    script_->receives.pop_front();
    EXPECT_LE(transfer.size, size);
    std::memcpy(data, script_->incoming.data(), transfer.size);
    script_->incoming.erase(0, transfer.size);
    return transfer;
  }
  Transfer send(std::string_view bytes) override {
    const auto size = std::min(bytes.size(), script_->room);
    script_->sent.append(bytes.substr(0, size));
    script_->room -= size;
    return {.size = size, .drained = size < bytes.size(), .interest = script_->wants_to_send};
  }
  [[nodiscard]] bool has_input() const noexcept override { return !script_->receives.empty(); }
  [[nodiscard]] bool end_output() noexcept override {
    script_->sent += "[end]";
    return true;
  }

 private:
  std::shared_ptr<Script> script_;
};

class TransportTest : public ServedConnectionTest {
 protected:
  /// The received bytes come in pieces of these sizes; only the last one drains the transport.
  void script(std::string_view incoming, const std::vector<std::size_t>& sizes) const {
    script_->incoming += incoming;
    for (const auto size : sizes) script_->receives.push_back({.size = size});
  }
  void start() { connection_ = serve(peer_, std::make_unique<ScriptedTransport>(script_)); }

  std::shared_ptr<Script> script_ = std::make_shared<Script>();
  Peer peer_;
  std::shared_ptr<vitals::detail::Connection> connection_;
};

TEST_F(TransportTest, IsReadUntilItIsDrainedHoweverLittleComesAtATime) {
  script(get_healthz, std::vector<std::size_t>(get_healthz.size(), 1));

  start();

  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(script_->receives.empty());
}

TEST_F(TransportTest, CarriesWhatTheSocketNeverSees) {
  script(get_healthz, {get_healthz.size()});

  start();

  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(peer_.received(), IsEmpty());
}

TEST_F(TransportTest, IsWrittenToAgainWhenAnythingHasHappened) {
  script_->room = 10;
  script_->wants_to_send = Interest::input;  // as TLS may when its peer renegotiates keys
  script(get_healthz, {get_healthz.size()});
  start();
  ASSERT_EQ(script_->sent, "HTTP/1.1 2");

  script_->room = 100'000;
  connection_->on_event({});

  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(TransportTest, EndsTheConnectionWhenItIsOver) {
  script_->receives.push_back({.over = true});

  start();

  EXPECT_FALSE(connection_->stays());
  EXPECT_EQ(peer_.received(), "end");
}

TEST_F(TransportTest, IsEndedAfterTheLastAnswer) {
  const std::string bad = "GET /healthz HTTP/9.9\r\n\r\n";
  script(bad, {bad.size()});

  start();

  EXPECT_THAT(script_->sent, AllOf(StartsWith("HTTP/1.1 505 "), testing::EndsWith("[end]")));
}

}  // namespace
}  // namespace vitals_test
