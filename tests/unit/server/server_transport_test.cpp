// A transport whose bytes the test chooses.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/served_connection.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using vitals::detail::GivesWay;
using vitals::detail::Handshake;
using vitals::detail::Interest;
using vitals::detail::Limit;
using vitals::detail::Transfer;

/// The bytes that the transport will return, and those that it was given.
struct Script {
  std::deque<Handshake> steps = {};  ///< Then it is done.
  std::string early = {};
  std::deque<Transfer> receives;
  std::string incoming;
  std::string sent;
  std::size_t room = 100'000;
  Interest wants_to_send = Interest::output;
};

class ScriptedTransport final : public vitals::detail::Transport {
 public:
  explicit ScriptedTransport(std::shared_ptr<Script> script) : script_{std::move(script)} {}

  Handshake handshake(vitals::SteadyTime, std::string_view early) override {
    script_->early += early;
    if (script_->steps.empty()) return {};
    auto step = std::move(script_->steps.front());
    script_->steps.pop_front();
    return step;
  }
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
  /// A new socket has room to send: that is an event, and asks for a second step.
  static std::deque<Handshake> two_waits() { return std::deque<Handshake>(2, {.state = Handshake::State::waiting}); }
  /// Until nothing is left to do.
  void start() {
    connection_ = serve(peer_, std::make_unique<ScriptedTransport>(script_));
    settle();
  }
  void settle() const {
    for (int i = 0; i < 5; ++i) host_->turn();
  }

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

TEST_F(TransportTest, ShakesHandsBeforeAnythingIsRead) {
  script_->steps = two_waits();
  script(get_healthz, {get_healthz.size()});
  start();
  ASSERT_THAT(script_->steps, IsEmpty());
  ASSERT_THAT(script_->sent, IsEmpty());

  peer_.send("x");
  settle();

  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
}

TEST_F(TransportTest, ThatCantShakeHandsIsCountedAndClosed) {
  script_->steps = {{.state = Handshake::State::over, .reached = Limit::handshake_failure, .detail = "no cipher"}};

  start();

  EXPECT_EQ(limits_.counts().failed_handshakes, 1U);
  EXPECT_THAT(logged_, testing::ElementsAre(HasSubstr("a TLS handshake failed: no cipher")));
  EXPECT_EQ(peer_.received(), "end");
}

// A handshake takes several steps of the peer: new connections must not push out all that aren't done yet.
TEST_F(TransportTest, IsNotInTheWayWhileItsHandshakeIsYoung) {
  script_->steps = two_waits();
  start();
  EXPECT_EQ(connection_->gives_way(), GivesWay::never);
  pass(std::chrono::milliseconds{251});
  EXPECT_EQ(connection_->gives_way(), GivesWay::now);

  peer_.send("x");
  settle();
  EXPECT_EQ(connection_->gives_way(), GivesWay::never);  // its first request is on its way
  pass(std::chrono::milliseconds{251});
  EXPECT_EQ(connection_->gives_way(), GivesWay::now);
}

TEST_F(TransportTest, LogsWhatIsWrongWithItsLayer) {
  script_->steps = {{.log_line = "vitals: the certificate is broken"}};

  start();

  EXPECT_THAT(logged_, testing::ElementsAre("vitals: the certificate is broken"));
}

TEST_F(TransportTest, EndsAHandshakeThatTakesTooLong) {
  script_->steps = two_waits();
  start();

  connection_->catch_up();
  connection_->end_stage();

  EXPECT_EQ(limits_.counts().slow_handshakes, 1U);
  EXPECT_EQ(peer_.received(), "end");
}

TEST_F(TransportTest, IsNotClosedBeforeItsInputIsRead) {
  script_->steps = two_waits();
  script(get_healthz, {get_healthz.size()});
  start();

  connection_->catch_up();  // has_input() of the script is true
  connection_->end_stage();
  settle();

  EXPECT_EQ(limits_.counts().slow_handshakes, 0U);
  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
}

TEST_F(TransportTest, IsRenewedOnlyOnce) {
  script_->steps = std::deque<Handshake>(100, {.state = Handshake::State::waiting});
  script(get_healthz, {get_healthz.size()});
  start();

  for (int i = 0; i < 2; ++i) {
    connection_->catch_up();
    connection_->end_stage();
    settle();
  }

  EXPECT_EQ(limits_.counts().slow_handshakes, 1U);
  EXPECT_EQ(peer_.received(), "end");
}

// Unread bytes would reset the socket, and the peer would lose what it was told.
TEST_F(TransportTest, LingersIfItHasToldThePeerWhyThereIsNone) {
  script_->steps = {{.state = Handshake::State::over, .answered = true}};
  peer_.send("a request");

  start();
  EXPECT_EQ(peer_.received(), "end");
  EXPECT_FALSE(service_->places.empty());
  peer_.send("more");
  peer_.end();
  settle();

  EXPECT_TRUE(service_->places.empty());
}

TEST_F(TransportTest, MayFallSilentAfterAProxyHeader) {
  options_.proxy_protocol = vitals::ProxyProtocol::required;
  script_->steps = std::deque<Handshake>(100, {.state = Handshake::State::silent});
  peer_.send("PROXY UNK");
  start();
  peer_.send("NOWN\r\n");
  settle();

  connection_->catch_up();
  connection_->end_stage();

  EXPECT_EQ(limits_.counts().silent, 1U);
  EXPECT_THAT(script_->sent, IsEmpty());
  EXPECT_EQ(peer_.received(), "end");
}

TEST_F(TransportTest, LetsOthersGoFirstIfItHasMuchToRead) {
  script(get_healthz, {});
  script_->receives = {{.size = get_healthz.size(), .must_yield = true}};
  connection_ = serve(peer_, std::make_unique<ScriptedTransport>(script_));

  host_->turn();
  EXPECT_THAT(script_->sent, IsEmpty());
  host_->turn();

  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
}

TEST_F(TransportTest, BeginsAfterAProxyHeader) {
  options_.proxy_protocol = vitals::ProxyProtocol::required;
  script(get_healthz, {get_healthz.size()});
  peer_.send("PROXY UNKNOWN\r\nhello");

  start();

  EXPECT_EQ(script_->early, "hello");
  EXPECT_THAT(script_->sent, StartsWith("HTTP/1.1 200 "));
}

TEST_F(TransportTest, EndsTheConnectionWhenItIsOver) {
  script_->receives.push_back({.over = true});

  start();

  EXPECT_TRUE(service_->places.empty());
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
