// Servers that answer with what no server should.

#include <fstream>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/mysql.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/fake_mysql.hpp"
#include "support/mysql_fixture.hpp"
#include "support/program.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using namespace std::chrono_literals;
namespace server = vitals_test::fake_mysql;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using vitals::test::IsFail;
using vitals_test::check_of;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::repeated;
using vitals_test::result_of;
using vitals_test::says;
using vitals_test::ScriptedPeer;
using vitals_test::send_for_ever;

TEST(MySqlRogueTest, SaysThatTheAnswerIsNone) {
  EXPECT_THAT(result_of(says("HTTP/1.1 400 Bad Request\r\n\r\n")),
              IsFail(AllOf(HasSubstr("unexpected answer of 127.0.0.1:"), HasSubstr("during the login"),
                           HasSubstr("\"HTTP/1.1 400 Bad Request"))));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                for (const auto* byte : {"G", "E", "T", " ", "/"}) session.send(byte);
                session.wait_for_end();
              }),
              IsFail(HasSubstr("unexpected answer of")));
  EXPECT_THAT(result_of(says(server::packet(0, "\x05 nothing"))), IsFail(HasSubstr("unexpected answer of")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                server::let_in(session);
                session.send(server::columns(1, 1) + server::packet(2, "\x7f") + server::end_of_columns(3));
                session.wait_for_end();
              }),
              IsFail(HasSubstr("unexpected answer of")));
}

TEST(MySqlRogueTest, ReadsAnEndlessAnswerOnlyUpToALimit) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                server::let_in(session);
                session.send(server::columns(1, 1));
                send_for_ever(session, server::column(2));
              }),
              IsFail(HasSubstr("during the query: more than 1048576 bytes")));
  EXPECT_THAT(result_of([](const PeerSession& session) { send_for_ever(session, std::string(4, '\0')); }),
              IsFail(HasSubstr("unexpected answer of")));
}

TEST(MySqlRogueTest, ReadsEndlessRowsUntilTheRunEnds) {
  std::stop_source stop;
  const ScriptedPeer peer{[&](const PeerSession& session) {
    server::let_in(session);
    session.send(server::columns(1, 1) + server::column(2) + server::end_of_columns(3));
    // More than all buffers on the way hold, so that the check has read some of it.
    for (int i = 0; i < 400; ++i) session.send(repeated(server::row(4, std::string(100, 'x')), 1000));
    stop.request_stop();
    send_for_ever(session, server::row(4, std::string(100, 'x')));
  }};

  EXPECT_THAT(check_of(peer)(context_for(generous, stop.get_token())),
              IsFail(HasSubstr("doesn't end its answer during the query: stopped")));
}

TEST(MySqlRogueTest, RefusesAPacketThatIsTooLarge) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                server::let_in(session);
                session.send(server::columns(1, 1) + server::column(2) + server::end_of_columns(3));
                session.send(server::packet(4, "\xfd" + std::string("\xff\xff\x7f") + std::string(0x7fffff, 'x')));
                session.wait_for_end();
              }),
              IsFail(HasSubstr("unexpected answer of")));
}

TEST(MySqlRogueTest, RepeatsTheWordsOfTheServer) {
  EXPECT_THAT(result_of(says(server::error(0, 1040, "Too many connections"))),
              IsFail(EndsWith(": the server says: Too many connections")));
  EXPECT_THAT(result_of(says(server::greeting() +
                             server::error(2, 1045, "Access denied for user 'app'@'db' (using password: YES)"))),
              IsFail(EndsWith(": authentication failed: Access denied for user 'app'@'db' (password given: YES)")));
}

TEST(MySqlRogueTest, DoesNotRepeatAPasswordThatTheServerRepeats) {
  for (const auto* spelling : {"s3cr@t", "s3cr%40t"})
    EXPECT_THAT(result_of(says(server::greeting() + server::error(2, 1105, std::string{"no "} + spelling))),
                IsFail(AllOf(HasSubstr("reason withheld"), Not(HasSubstr("s3cr")))));
  EXPECT_THAT(result_of(
                  [](const PeerSession& session) {
                    server::let_in(session);
                    session.send(server::columns(1, 1) + server::column(2) + server::end_of_columns(3) +
                                 server::row(4, std::string(95, 'x') + "s3cr@t") + server::end_of_columns(5));
                    session.wait_for_end();
                  },
                  generous, {.expect = "no"}),
              IsFail(AllOf(HasSubstr("reason withheld"), Not(HasSubstr("s3cr")))));
}

// However a message changes what it quotes.
TEST(MySqlRogueTest, DoesNotRepeatAPasswordThatNeedsSpaceOrIsNoAscii) {
  const auto says_password = [](const std::string& password, const std::string& encoded, const std::string& before) {
    const ScriptedPeer peer{says(server::greeting() + server::error(2, 1105, before + password))};
    const ScriptedPeer garbage{says(before + password)};
    for (const auto* const one : {&peer, &garbage})
      EXPECT_THAT((vitals::checks::MySql{"mysql://app:" + encoded + '@' + one->address()}(context_for(generous))),
                  IsFail(HasSubstr("reason withheld")))
          << encoded;
  };
  says_password("s3cr\xc3\xa9t", "s3cr%C3%A9t", "no ");
  says_password("my  long  pass", "my%20%20long%20%20pass", "no ");
  says_password("verylongpassword", "verylongpassword", std::string(55, 'x'));
}

TEST(MySqlRogueTest, CallsARefusedQueryNoFailedLogin) {
  EXPECT_THAT(result_of([](const PeerSession& session) {
                server::let_in(session);
                session.send(server::error(1, 1044, "Access denied for user 'app'@'%' to database 'other'"));
                session.wait_for_end();
              }),
              IsFail(HasSubstr(": the server says: Access denied for user 'app'")));
}

TEST(MySqlRogueTest, NeverSendsThePasswordInClearText) {
  for (const auto* plugin : {"mysql_clear_password", "dialog", "sha256_password", "mysql_old_password", "nonsense"}) {
    std::string received;
    const auto asks_again = [&](const PeerSession& session) {
      session.send(server::greeting());
      received += server::read_packet(session);
      session.send(server::switch_to(2, plugin));
      received += server::read_packet(session) + server::read_packet(session);
    };
    EXPECT_THAT(result_of(asks_again), IsFail(HasSubstr("authentication failed: the server asks for a plugin")))
        << plugin;
    const auto asks_at_once = [&](const PeerSession& session) {
      session.send(server::greeting(plugin));
      received += server::read_packet(session);
      received += server::read_packet(session) + server::read_packet(session);
    };
    (void)result_of(asks_at_once, 100ms);
    EXPECT_THAT(received, Not(HasSubstr("s3cr@t"))) << plugin;
  }
}

TEST(MySqlRogueTest, SendsNoFile) {
  const vitals_test::TemporaryFolder folder;
  const auto file = (folder.path() / "secrets").string();
  std::ofstream{file} << "content of a file";
  std::string received;

  const auto result = result_of([&](const PeerSession& session) {
    server::let_in(session);
    session.send(server::packet(1, '\xfb' + file));
    received = server::read_packet(session);
    session.send(server::ok(3));
    session.wait_for_end();
  });

  EXPECT_THAT(received, Not(HasSubstr("content")));
  EXPECT_THAT(result, IsFail(HasSubstr("forbidden")));
}

}  // namespace
