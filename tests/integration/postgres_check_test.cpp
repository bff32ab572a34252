#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <vitals/checks/postgres.hpp>

#include "support/descriptors.hpp"
#include "support/postgres_fixture.hpp"
#include "support/postgres_server.hpp"
#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using vitals::Status;
using vitals::checks::Postgres;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::PostgresServer;

/// An ordinary client that inspects the server independently of the check.
class Client {
 public:
  explicit Client(const PostgresServer& server) : connection_{PQconnectdb(server.url().c_str()), &PQfinish} {}

  std::string ask(const std::string& query) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{PQexec(connection_.get(), query.c_str()), &PQclear};
    EXPECT_STREQ(PQresultErrorMessage(result.get()), "");
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
  }

  /// Repeats the query until it has this answer.
  void wait_for(const std::string& query, const std::string& answer) {
    const auto deadline = std::chrono::steady_clock::now() + generous;
    while (ask(query) != answer) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << query;
      std::this_thread::sleep_for(5ms);
    }
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

class PostgresServerTest : public vitals_test::PostgresFixture {
 protected:
  static Postgres check(std::string query = "SELECT 1") {
    return Postgres{server_->url(), {.query = std::move(query)}};
  }
  static vitals::CheckResult run(const Postgres& check) { return check(context_for(generous)); }
  static std::string sessions() { return "SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres'"; }
};

TEST_F(PostgresServerTest, PassesWhenTheServerAnswers) {
  const auto result = run(check());

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, PassesOverTheSocketInAFolder) {
  const Postgres local{"host=" + server_->socket_folder() + " port=" + std::to_string(server_->port()) +
                       " user=app dbname=postgres password=" + PostgresServer::password()};

  const auto result = run(local);

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AWrongPasswordFailsAndIsNotShown) {
  const Postgres wrong{server_->url("Wr0ng-hunter2")};

  const auto result = run(wrong);

  EXPECT_EQ(result.status(), Status::fail);
  EXPECT_THAT(result.message(), HasSubstr("password authentication failed for user \"app\""));
  EXPECT_THAT(result.message(), Not(HasSubstr("hunter2")));
}

TEST_F(PostgresServerTest, AQueryThatIsWrongFailsWithTheServersReasonInOneLine) {
  const auto result = run(check("SELECT *\nFROM nothing"));

  EXPECT_EQ(result.message(), "relation \"nothing\" does not exist");
}

TEST_F(PostgresServerTest, TheConnectionIsKeptFromRunToRun) {
  Client client{*server_};
  const Postgres plain = check("SELECT 'kept'");
  (void)run(plain);
  const std::string pid = client.ask("SELECT pid FROM pg_stat_activity WHERE query LIKE '%''kept''' LIMIT 1");

  (void)run(plain);

  EXPECT_NE(pid, "");
  EXPECT_EQ(client.ask("SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE query LIKE '%''kept'''"), pid);
}

TEST_F(PostgresServerTest, TheConnectionIsKeptAfterAnErrorOfTheQuery) {
  const Postgres failing = check("SELECT 'missing' FROM nothing");
  Client client{*server_};
  const std::string session =
      "SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE query LIKE '%''missing'' %'";
  (void)run(failing);
  const std::string pid = client.ask(session + " AND pid <> pg_backend_pid()");

  (void)run(failing);

  EXPECT_NE(pid, "");
  EXPECT_EQ(client.ask(session + " AND pid <> pg_backend_pid()"), pid);
}

TEST_F(PostgresServerTest, AQueryThatLeavesATransactionOpenDoesNotSpoilTheNextRun) {
  const Postgres check = PostgresServerTest::check("BEGIN; SELECT 1 / (random() * 0)::int");
  (void)run(check);

  const auto result = run(check);

  EXPECT_EQ(result.message(), "division by zero");
}

TEST_F(PostgresServerTest, ACopyFails) {
  const auto result = run(check("COPY pg_class TO STDOUT"));

  EXPECT_EQ(result.message(), "the query is of an unsupported kind, such as COPY");
}

TEST_F(PostgresServerTest, AQueryWithManyRowsPasses) {
  const auto result = run(check("SELECT generate_series(1, 100000)"));

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AQueryThatTakesTooLongFailsWithinTheDeadline) {
  const Postgres slow = check("SELECT pg_sleep(3600)");

  const auto result = slow(vitals_test::context_with_exactly(500ms));

  EXPECT_EQ(result.message(), "no answer within 450 ms");
}

TEST_F(PostgresServerTest, AnOverrunQueryEndsOnTheServerToo) {
  const Postgres slow = check("SELECT pg_sleep(3600), 'overrun'");

  (void)slow(context_for(300ms));

  Client{*server_}.wait_for("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%, ''overrun'''", "0");
}

TEST_F(PostgresServerTest, AnOverrunQueryIsNotTakenForTheAnswerOfTheNextRun) {
  Client client{*server_};
  client.ask("CREATE TABLE gate (open bool)");
  client.ask("BEGIN; LOCK TABLE gate");
  const Postgres gated = check("SELECT 1 / (SELECT count(*) FROM gate)");  // fails, because the table is empty
  EXPECT_EQ(gated(vitals_test::context_with_exactly(300ms)).message(), "no answer within 270 ms");
  client.ask("COMMIT");

  const auto result = run(gated);

  EXPECT_EQ(result.message(), "division by zero");
  client.ask("DROP TABLE gate");
}

TEST_F(PostgresServerTest, NothingOfTheTimeLimitStaysInTheSession) {
  const Postgres limit = check("SELECT 1 / (current_setting('statement_timeout') <> '0')::int");
  const Postgres outside = check("COMMIT; SELECT 1 / (current_setting('statement_timeout') = '0')::int");

  EXPECT_EQ(run(limit), vitals::CheckResult::pass());
  EXPECT_EQ(run(outside), vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AStopRequestEndsTheQuery) {
  const Postgres slow = check("SELECT pg_sleep(3600), 'stopped'");
  Client client{*server_};
  std::stop_source stop;
  const std::jthread stopper{[&] {
    client.wait_for("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%, ''stopped'''", "1");
    stop.request_stop();
  }};

  const auto result = slow(context_for(1h, stop.get_token()));

  EXPECT_EQ(result.message(), "stopped before there was an answer");
}

TEST_F(PostgresServerTest, AStoppedServerFailsAndARestartedOnePassesInOneRun) {
  const Postgres check = PostgresServerTest::check();
  ASSERT_EQ(run(check).status(), Status::pass);

  server_->stop();
  const auto stopped = run(check);
  server_->start();
  const auto restarted = run(check);

  EXPECT_THAT(stopped.message(), HasSubstr("Connection refused"));
  EXPECT_EQ(restarted, vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AServerRestartedBetweenTwoRunsPassesInOneRun) {
  const Postgres check = PostgresServerTest::check();
  ASSERT_EQ(run(check).status(), Status::pass);
  server_->stop();
  server_->start();

  const auto result = run(check);

  EXPECT_EQ(result, vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AFrozenServerFailsWithinTheDeadlineAndPassesWhenItIsBack) {
  const Postgres kept = check();
  const Postgres fresh = check();
  ASSERT_EQ(run(kept).status(), Status::pass);

  server_->freeze();
  const auto frozen_kept = kept(vitals_test::context_with_exactly(300ms));
  const auto frozen_fresh = fresh(vitals_test::context_with_exactly(300ms));
  server_->thaw();

  EXPECT_EQ(frozen_kept.message(), "no answer within 270 ms");
  EXPECT_EQ(frozen_fresh.message(), "no answer within 270 ms");
  EXPECT_EQ(run(kept), vitals::CheckResult::pass());
  EXPECT_EQ(run(fresh), vitals::CheckResult::pass());
}

TEST_F(PostgresServerTest, AThousandRunsUseOneDescriptorThatIsCloseOnExec) {
  const auto before = vitals_test::open_descriptors();
  const Postgres check = PostgresServerTest::check();

  for (int i = 0; i < 1000; ++i) ASSERT_EQ(run(check), vitals::CheckResult::pass());

  std::set<int> opened;
  std::ranges::set_difference(vitals_test::open_descriptors(), before, std::inserter(opened, opened.end()));
  EXPECT_EQ(opened.size(), 1U);
  for (const int fd : opened) EXPECT_TRUE(vitals_test::is_close_on_exec(fd));
}

TEST_F(PostgresServerTest, ConnectionsThatBreakLeaveNoDescriptorOpen) {
  const Postgres check = PostgresServerTest::check("SELECT pg_terminate_backend(pg_backend_pid())");
  (void)run(check);
  const auto before = vitals_test::open_descriptors();

  for (int i = 0; i < 50; ++i) ASSERT_THAT(run(check).message(), HasSubstr("terminating connection"));

  EXPECT_EQ(vitals_test::open_descriptors(), before);
}

TEST_F(PostgresServerTest, ABrokenConnectionRaisesNoSigpipe) {
  const auto previous = signal(SIGPIPE, SIG_DFL);  // would terminate this process
  const Postgres check = PostgresServerTest::check(std::string(1 << 20, ' ') + "SELECT 1");
  ASSERT_EQ(run(check).status(), Status::pass);
  server_->stop();

  const auto result = run(check);

  EXPECT_EQ(result.status(), Status::fail);
  server_->start();
  signal(SIGPIPE, previous);
}

TEST_F(PostgresServerTest, CopiesShareTheConnectionWhichEndsWithTheLast) {
  Client client{*server_};
  client.wait_for(sessions(), "1");
  {
    const Postgres one = check();
    const Postgres other = one;
    (void)run(one);
    (void)run(other);

    client.wait_for(sessions(), "2");
  }
  client.wait_for(sessions(), "1");
}

}  // namespace
