#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/tcp.hpp>
#include <vitals/testing_gmock.hpp>

#include "checks/connect.hpp"
#include "support/descriptors.hpp"
#include "support/full_listener.hpp"
#include "support/reserved_port.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"
#include "support/silent_listener.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using vitals::checks::Tcp;
using vitals::checks::TcpOptions;
using vitals::detail::connect_to;
using vitals::detail::parse_target;
using vitals::detail::RunLimit;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::FullListener;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::ReservedPort;
using vitals_test::ScriptedPeer;
using vitals_test::SilentListener;

static_assert(vitals::is_remote_check<Tcp>::value);

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

vitals::CheckResult run(const std::string& target, const TcpOptions& options = {},
                        std::chrono::milliseconds timeout = generous) {
  return Tcp{target, options}(context_for(timeout));
}

TEST(TcpCheckTest, PassesWhereAConnectionIsEnough) {
  const SilentListener server;

  EXPECT_THAT(run(at(server.port())), IsPass());
}

TEST(TcpCheckTest, SendsAndExpects) {
  const ScriptedPeer server{[](const PeerSession& session) {
    if (session.read(4) == "ruok") session.send("imok and more");
  }};

  EXPECT_THAT(run(server.address(), {.send = "ruok", .expect = "imok"}), IsPass());
}

// The recipes of examples/13_checks whose servers are too big to be started here, by their specifications:
// https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, sections 4.2.2 and 4.2.3, and
// https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_4lw
TEST(TcpCheckTest, AsksAmqpAndZooKeeper) {
  const std::string protocol_header{"AMQP\0\0\x09\x01", 8};
  const std::string start{"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x0a\xce",
                          12};  // Connection.Start, cut to its numbers
  const ScriptedPeer amqp{
      [&](const PeerSession& session) { session.send(session.read(8) == protocol_header ? start : protocol_header); }};
  const ScriptedPeer zookeeper{[](const PeerSession& session) {
    if (session.read(4) == "srvr") session.send("Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f");
  }};

  EXPECT_THAT(run(amqp.address(), {.send = protocol_header, .expect = std::string{"\x01\x00\x00", 3}}), IsPass());
  EXPECT_THAT(
      run(amqp.address(), {.send = std::string{"AMQP\0\0\x09\x00", 8}, .expect = std::string{"\x01\x00\x00", 3}}),
      IsFail(HasSubstr("unexpected answer")));
  EXPECT_THAT(run(zookeeper.address(), {.send = "srvr", .expect = "Zookeeper version"}), IsPass());
}

TEST(TcpCheckTest, TakesAnAnswerInSingleBytes) {
  const ScriptedPeer server{[](const PeerSession& session) {
    for (const char* byte : {"2", "2", "0"}) session.send(byte);
    session.wait_for_end();
  }};

  EXPECT_THAT(run(server.address(), {.expect = "220"}), IsPass());
}

TEST(TcpCheckTest, ReadsNoMoreThanItNeedsOfAnEndlessAnswer) {
  const ScriptedPeer server{[](const PeerSession& session) {
    while (session.send("220 220 220 ")) {
    }
  }};

  EXPECT_THAT(run(server.address(), {.expect = "220"}), IsPass());
  EXPECT_THAT(run(server.address(), {.expect = "221"}), IsFail(HasSubstr("unexpected answer")));
}

TEST(TcpCheckTest, SaysThatAConnectionIsRefused) {
  const ReservedPort reserved;
  const auto port = reserved.number();

  EXPECT_THAT(run(at(port)),
              IsFail(MatchesRegex(at(port) + ": connection refused by " + at(port) + " after [0-9]+ ms")));
}

TEST(TcpCheckTest, SaysThatAnAnswerIsWrong) {
  const ScriptedPeer server{[](const PeerSession& session) {
    session.send(
        "5\x01"
        "54 no");
  }};

  EXPECT_THAT(run(server.address(), {.expect = "220"}),
              IsFail(AllOf(StartsWith(server.address() + ": unexpected answer of " + server.address() + ": \"5"),
                           HasSubstr(", expected \"220\""))));
}

TEST(TcpCheckTest, SaysThatThereIsNoAnswerInTime) {
  const SilentListener server;

  EXPECT_THAT(run(at(server.port()), {.expect = "220"}, 100ms),
              IsFail(MatchesRegex(".* doesn't answer: no answer within [0-9]+ ms")));
}

TEST(TcpCheckTest, SaysThatThereIsNoConnectionInTime) {
  const FullListener server;

  EXPECT_THAT(run(at(server.port()), {}, 100ms),
              IsFail(MatchesRegex(".*: no connection to " + at(server.port()) + ": no answer within [0-9]+ ms")));
}

TEST(TcpCheckTest, SaysThatAConnectionIsClosedOrReset) {
  const ScriptedPeer closes{[](const PeerSession& session) { session.send("22"); }};
  const ScriptedPeer resets{[](const PeerSession& session) {
    (void)session.read(1);
    session.reset();
  }};

  EXPECT_THAT(run(closes.address(), {.expect = "220"}), IsFail(HasSubstr("closed the connection after \"22\"")));
  EXPECT_THAT(run(resets.address(), {.send = "x", .expect = "220"}),
              IsFail(HasSubstr("was lost: Connection reset by peer")));
}

TEST(TcpCheckTest, EndsWhenItIsToStop) {
  const SilentListener server;
  std::stop_source stop;
  const Tcp check{at(server.port()), {.expect = "220"}};
  std::jthread stopper{[&] { stop.request_stop(); }};

  EXPECT_THAT(check(context_for(generous, stop.get_token())), IsFail(HasSubstr("stopped before")));
}

TEST(TcpCheckTest, RecoversOnceTheServerIsBack) {
  const ReservedPort reserved;
  const auto port = reserved.number();
  std::optional<ScriptedPeer> server{std::in_place, [](const PeerSession& session) { session.send("220"); }, port};
  const Tcp check{at(port), {.expect = "220"}};
  EXPECT_THAT(check(context_for(generous)), IsPass());

  server.reset();
  EXPECT_THAT(check(context_for(generous)), IsFail());
  server.emplace([](const PeerSession& session) { session.send("220"); }, port);

  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST(TcpCheckTest, LeavesNothingBehind) {
  const ScriptedPeer server{[](const PeerSession& session) { session.send("220"); }};
  const Tcp check{server.address(), {.expect = "220"}};
  const Tcp wrong{server.address(), {.expect = "221"}};
  (void)check(context_for(generous));
  const auto before = vitals_test::open_descriptors();

  for (int i = 0; i < 500; ++i) {
    (void)check(context_for(generous));
    (void)wrong(context_for(generous));
  }

  EXPECT_LE(vitals_test::open_descriptors().size(), before.size() + 1);  // the server's own end of the last one
}

TEST(TcpAddressesTest, AreTriedOneAfterAnotherIfTheyFail) {
  const SilentListener server;
  const RunLimit limit{context_for(generous)};

  const auto connection = connect_to({"127.0.0.2", "127.0.0.3", "127.0.0.1"}, server.port(), limit);

  EXPECT_EQ(connection.peer, at(server.port()));
}

TEST(TcpAddressesTest, AreTriedBesideOneThatIsSilent) {
  const SilentListener server;
  const FullListener silent{"127.0.0.2", server.port()};
  const RunLimit limit{context_for(generous)};

  const auto connection = connect_to({"127.0.0.2", "127.0.0.1"}, server.port(), limit);

  EXPECT_EQ(connection.peer, at(server.port()));
}

TEST(TcpAddressesTest, AreAllNamedIfNoneWorks) {
  const ReservedPort refused;
  const FullListener silent{"127.0.0.2", refused.number()};

  const auto connection = connect_to({"127.0.0.3", "127.0.0.2"}, refused.number(), RunLimit{context_for(300ms)});

  EXPECT_THAT(connection.error, AllOf(HasSubstr("refused by 127.0.0.3:"), HasSubstr("no connection to 127.0.0.2:")));
}

TEST(TcpAddressesTest, NeedNotWaitForOnesThatHaveFailed) {
  const SilentListener server;
  const FullListener silent{"127.0.0.2", server.port()};
  std::vector<std::string> addresses{"127.0.0.2"};
  for (int i = 10; i < 110; ++i) addresses.push_back("127.0.0." + std::to_string(i));  // 25 s, if each took its time
  addresses.push_back("127.0.0.1");

  EXPECT_EQ(connect_to(addresses, server.port(), RunLimit{context_for(15s)}).peer, at(server.port()));
}

TEST(TcpAddressesTest, TakeTurnsByKind) {
  EXPECT_THAT(vitals::detail::interleaved({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}),
              ElementsAre("::1", "10.0.0.1", "::2", "10.0.0.2", "::3"));
  EXPECT_THAT(vitals::detail::interleaved({"10.0.0.1", "::1"}), ElementsAre("10.0.0.1", "::1"));
  EXPECT_THAT(vitals::detail::interleaved({}), ElementsAre());
}

TEST(TcpTargetTest, IsHostAndPort) {
  EXPECT_EQ(parse_target("Tcp", "mail:25").text(), "mail:25");
  EXPECT_EQ(parse_target("Tcp", "[::1]:25").text(), "[::1]:25");
  for (const auto* wrong : {"", "mail", ":25", "mail:", "mail:0", "mail:65536", "mail:25x", "::1:25", "[]:25"})
    EXPECT_THROW(Tcp{wrong}, std::invalid_argument) << wrong;
  EXPECT_THROW((Tcp{"mail:25", {.expect = std::string(1025, 'x')}}), std::invalid_argument);
}

}  // namespace
