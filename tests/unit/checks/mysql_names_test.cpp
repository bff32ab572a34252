// How a run resolves the name of its server. A program of its own, because it replaces getaddrinfo().

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/mysql.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/eventually.hpp"
#include "support/fake_mysql.hpp"
#include "support/full_listener.hpp"
#include "support/name_server.hpp"
#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace {

using namespace std::chrono_literals;
namespace server = vitals_test::fake_mysql;
using testing::HasSubstr;
using testing::MatchesRegex;
using vitals::checks::MySql;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::eventually;
using vitals_test::FullListener;
using vitals_test::generous;
using vitals_test::PeerSession;
using vitals_test::ScriptedPeer;
using vitals_test::silent_names;

void answer(const PeerSession& session) {
  server::let_in(session);
  session.send(server::ok(1));
  session.wait_for_end();
}

class MySqlNamesTest : public testing::Test {
 protected:
  MySqlNamesTest() { silent_names.reset(); }
  ~MySqlNamesTest() override {
    silent_names.open();
    EXPECT_TRUE(eventually([] { return silent_names.waiting() == 0; }));
  }
  [[nodiscard]] MySql check(const std::string& name) const {
    return MySql{"mysql://app@" + name + ':' + std::to_string(server_.port())};
  }

  ScriptedPeer server_{answer};
};

TEST_F(MySqlNamesTest, ANameIsResolved) { EXPECT_THAT(check("local.test")(context_for(generous)), IsPass()); }

TEST_F(MySqlNamesTest, ANameThatDoesNotExistIsSaid) {
  EXPECT_THAT(check("gone.test")(context_for(generous)),
              IsFail(MatchesRegex("gone.test:[0-9]+: the name gone.test can't be resolved: .* after [0-9]+ ms")));
}

TEST_F(MySqlNamesTest, ASilentNameServerCostsOneThreadAndTheRunsTime) {
  const auto silent = check("silent.test");

  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(silent(context_for(50ms)), IsFail(HasSubstr("the name silent.test isn't resolved: no answer within")));

  EXPECT_TRUE(eventually([] { return silent_names.waiting() == 1; }));
  silent_names.open();
  EXPECT_THAT(silent(context_for(generous)), IsPass());
}

TEST_F(MySqlNamesTest, TheNextAddressIsTriedIfOneRefuses) {
  EXPECT_THAT(check("two.test")(context_for(generous)), IsPass());
}

TEST_F(MySqlNamesTest, ASilentAddressLeavesTimeForTheNextOne) {
  const FullListener first{"127.0.0.2"};
  const FullListener second{"127.0.0.1", first.port()};
  const MySql check{"mysql://app@two.test:" + std::to_string(first.port())};

  const auto result = check(context_for(1s));
  EXPECT_THAT(result, IsFail(MatchesRegex("two.test:[0-9]+: no connection to 127.0.0.2:[0-9]+ after [0-9]+ ms; "
                                          "no connection to 127.0.0.1:[0-9]+: no answer within [0-9]+ ms")));
}

}  // namespace
