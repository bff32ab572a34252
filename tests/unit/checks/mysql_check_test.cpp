#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/mysql.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/fake_mysql.hpp"
#include "support/full_listener.hpp"
#include "support/mysql_fixture.hpp"
#include "support/reserved_port.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using namespace std::chrono_literals;
namespace server = vitals_test::fake_mysql;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using vitals::checks::MySql;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::check_of;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::result_of;
using vitals_test::says;
using vitals_test::ScriptedPeer;

static_assert(vitals::is_remote_check<MySql>::value);

TEST(MySqlCheckTest, PassesOnAnAnswerInSingleBytes) {
  const auto in_single_bytes = [](const PeerSession& session, const std::string& text) {
    for (const char byte : text) session.send({&byte, 1});
  };
  const auto script = [&](const PeerSession& session) {
    in_single_bytes(session, server::greeting());
    (void)server::read_packet(session);
    in_single_bytes(session, server::ok(2));
    (void)server::read_packet(session);
    in_single_bytes(session, server::ok(1));
    (void)server::read_packet(session);
    in_single_bytes(session, server::columns(1, 1) + server::column(2) + server::end_of_columns(3) +
                                 server::row(4, "yes") + server::end_of_columns(5));
    session.wait_for_end();
  };

  EXPECT_THAT(result_of(script, generous, {.expect = "yes"}), IsPass());
  EXPECT_THAT(result_of(script, generous, {.expect = "no"}), IsFail(EndsWith("expected \"no\", got \"yes\"")));
}

TEST(MySqlCheckTest, TakesItsLeave) {
  std::string last;

  const auto result = result_of([&](const PeerSession& session) {
    server::let_in(session);
    session.send(server::ok(1));
    last = server::read_packet(session);
    session.wait_for_end();
  });

  EXPECT_THAT(result, IsPass());
  EXPECT_EQ(last, "\x01");
}

TEST(MySqlCheckTest, SaysThatNobodyListens) {
  const vitals_test::ReservedPort nobody;

  EXPECT_THAT(MySql{"mysql://app@127.0.0.1:" + std::to_string(nobody.number())}(context_for(generous)),
              IsFail(MatchesRegex("127.0.0.1:[0-9]+: connection refused by 127.0.0.1:[0-9]+ after [0-9]+ ms")));
}

TEST(MySqlCheckTest, SaysDuringWhatTheServerIsSilent) {
  // On a loaded machine the run may end before there is a connection.
  const auto ends_with = [](const std::string& sent, const std::string& words) {
    return vitals_test::eventually([&] {
      const auto result = result_of(says(sent), 100ms);
      EXPECT_THAT(result, IsFail(HasSubstr("no answer within ")));
      return result.message().find(words) != std::string::npos;
    });
  };
  EXPECT_TRUE(ends_with("", "doesn't answer during the login: no answer within "));
  EXPECT_TRUE(ends_with(server::greeting().substr(0, 9), "doesn't end its answer during the login: no answer within "));
}

TEST(MySqlCheckTest, SaysThatTheQueryTakesTooLong) {
  // The login has as much time as the machine needs; then a stop request ends the run.
  std::stop_source stop;
  const ScriptedPeer peer{[&](const PeerSession& session) {
    server::let_in(session);
    stop.request_stop();
    session.wait_for_end();
  }};

  EXPECT_THAT(check_of(peer)(context_for(generous, stop.get_token())),
              IsFail(HasSubstr("doesn't answer during the query: stopped before there was an answer")));
}

TEST(MySqlCheckTest, SaysThatTheConnectionIsNotAccepted) {
  const vitals_test::FullListener full;

  EXPECT_THAT(MySql{"mysql://app@127.0.0.1:" + std::to_string(full.port())}(context_for(100ms)),
              IsFail(MatchesRegex(".*: no connection to 127.0.0.1:[0-9]+: no answer within [0-9]+ ms")));
}

TEST(MySqlCheckTest, SaysThatTheServerClosesOrResets) {
  EXPECT_THAT(result_of([](const PeerSession&) {}), IsFail(HasSubstr("closed the connection during the login after")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                session.send(server::greeting());
                (void)server::read_packet(session);
                session.send(server::ok(2).substr(0, 6));
                session.reset();
              }),
              IsFail(HasSubstr("was lost during the login: Connection reset by peer")));
  EXPECT_THAT(result_of([](const PeerSession& session) {
                server::let_in(session);
                session.send(server::columns(1, 1) + server::column(2).substr(0, 7));
                session.reset();
              }),
              IsFail(HasSubstr("was lost during the query: Connection reset by peer")));
}

TEST(MySqlCheckTest, SaysThatThereIsNoWayToTheServer) {
  EXPECT_THAT(MySql{"mysql://app@255.255.255.255"}(context_for(generous)),
              IsFail(HasSubstr(": no connection to 255.255.255.255:3306: ")));
}

TEST(MySqlCheckTest, TakesNoPasswordFromTheEnvironment) {
  std::string login;
  ::setenv("MYSQL_PWD", "s3cr3t", 1);
  {
    const ScriptedPeer peer{[&](const PeerSession& session) {
      session.send(server::greeting());
      login = server::read_packet(session);
    }};
    (void)MySql{"mysql://app@" + peer.address()}(context_for(generous));
  }  // the peer's thread has ended

  ::unsetenv("MYSQL_PWD");
  EXPECT_THAT(login, HasSubstr(std::string{"app\0\0", 5}));  // the user, and a password of no bytes
}

TEST(MySqlCheckTest, AServerThatRefusesLimitsIsAskedAllTheSame) {
  std::string asked;
  EXPECT_THAT(result_of([&](const PeerSession& session) {
                session.send(server::greeting());
                (void)server::read_packet(session);
                session.send(server::ok(2));
                (void)server::read_packet(session);
                for (int i = 0; i < 2; ++i) {
                  session.send(server::error(1, 1193, "Unknown system variable"));
                  asked = server::read_packet(session);
                }
                session.send(server::ok(1));
                session.wait_for_end();
              }),
              IsPass());
  EXPECT_EQ(asked, "\x03SELECT 1");
}

TEST(MySqlCheckTest, ExpectsThePrimary) {
  const auto read_only = [](const std::string& value) {
    return [value](const PeerSession& session) {
      server::let_in(session);
      const auto answer = server::columns(1, 1) + server::column(2) + server::end_of_columns(3) +
                          server::row(4, value) + server::end_of_columns(5);
      session.send(answer);
      (void)server::read_packet(session);
      session.send(answer);
      session.wait_for_end();
    };
  };
  for (const auto* off : {"0", "OFF"})
    EXPECT_THAT(result_of(read_only(off), generous, {.expect_primary = true}), IsPass()) << off;
  for (const auto* on : {"1", "ON", "NO_LOCK"})
    EXPECT_THAT(result_of(read_only(on), generous, {.expect_primary = true}),
                IsFail(EndsWith("the server is read-only, expected the primary")))
        << on;
}

TEST(MySqlCheckTest, LeavesNothingOpenAfterAnyKindOfRun) {
  const vitals_test::ReservedPort nobody;
  const ScriptedPeer closing{[](const PeerSession&) {}};
  const ScriptedPeer talking{[](const PeerSession& session) { session.send(std::string(9, 'x')); }};
  const MySql refused{"mysql://app@127.0.0.1:" + std::to_string(nobody.number())};
  const ScriptedPeer passing{[](const PeerSession& session) {
    server::let_in(session);
    session.send(server::ok(1));
    session.wait_for_end();
  }};
  const ScriptedPeer unfinished{[](const PeerSession& session) {
    server::let_in(session);
    session.send(server::columns(1, 1) + server::column(2) + server::end_of_columns(3) + server::row(4, "yes"));
  }};
  const std::vector checks{refused, check_of(closing), check_of(talking), check_of(passing), check_of(unfinished)};
  const auto run_all = [&](int times) {
    for (int i = 0; i < times; ++i)
      for (const auto& check : checks) (void)check(context_for(generous));
  };
  run_all(10);
  const auto before = vitals_test::open_descriptors();

  run_all(300);

  // The peers' own descriptors come and go.
  EXPECT_LE(vitals_test::open_descriptors().size(), before.size() + 4);
}

TEST(MySqlCheckTest, EndsAtOnceAtAStopRequest) {
  std::stop_source stop;
  const ScriptedPeer peer{[&](const PeerSession& session) {
    stop.request_stop();
    session.wait_for_end();
  }};

  EXPECT_THAT(check_of(peer)(context_for(generous, stop.get_token())), IsFail(HasSubstr("stopped before")));
}

TEST(MySqlCheckTest, RefusesAWrongUrlWithoutRepeatingIt) {
  for (const auto* url : {"", "mysql:/", "s3cr3t", "mysqlx://app:s3cr3t@db", "mysql://db", "mysql://:s3cr3t@db",
                          "mysql://app:s3cr3t%4@db", "mysql://app:s3cr3t@", "mysql://app:s3cr3t@db:0",
                          "mysql://app:s3cr3t@db/a/b", "mysql://app:s3cr3t@db?x", "mysql://app:s3cr3t@db/app?x=1",
                          "mysql://app:1/s3cr3t@db/app", "mysql://app:s3cr3t@db/%zz"}) {
    try {
      const MySql check{url};
      ADD_FAILURE() << url;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("vitals: MySql: "), Not(HasSubstr("s3cr3t")))) << url;
    }
  }
  for (const auto* url : {"mysql://app@db", "mysql://app@db/", "mysql://app:@db:3307/app", "mysql://app@[::1]/a%2Fb"})
    EXPECT_NO_THROW(MySql{url}) << url;
}

TEST(MySqlCheckTest, RefusesABlankQuery) {
  for (const auto& query : {std::string{}, std::string{" \n"}, std::string{"SELECT 1\0;", 10}})
    EXPECT_THROW((MySql{"mysql://app@db", {.query = query}}), std::invalid_argument);
}

}  // namespace
