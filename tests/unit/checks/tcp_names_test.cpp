// How a run resolves the name of its target. A program of its own, because it replaces getaddrinfo().

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/checks/redis.hpp>
#include <vitals/checks/tcp.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/eventually.hpp"
#include "support/name_server.hpp"
#include "support/run_check.hpp"
#include "support/silent_listener.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;
using vitals::checks::Http;
using vitals::checks::Redis;
using vitals::checks::Tcp;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::eventually;
using vitals_test::generous;
using vitals_test::silent_names;

class TcpNamesTest : public testing::Test {
 protected:
  TcpNamesTest() { silent_names.reset(); }
  ~TcpNamesTest() override {
    silent_names.open();
    EXPECT_TRUE(eventually([] { return silent_names.waiting() == 0; }));
  }
  [[nodiscard]] Tcp check(const std::string& name) const { return Tcp{name + ':' + std::to_string(server_.port())}; }

  vitals_test::SilentListener server_;
};

TEST_F(TcpNamesTest, ANameIsResolved) { EXPECT_THAT(check("local.test")(context_for(generous)), IsPass()); }

TEST_F(TcpNamesTest, ANameThatDoesNotExistIsSaid) {
  EXPECT_THAT(check("gone.test")(context_for(generous)),
              IsFail(MatchesRegex("gone.test:[0-9]+: the name gone.test can't be resolved: .* after [0-9]+ ms")));
}

/// The checks that resolve names, at a name and a port.
struct NamedCheck {
  using Check = std::function<vitals::CheckResult(const vitals::CheckContext&)>;

  std::string name;
  std::function<Check(const std::string& target)> at;
};
class SilentNamesTest : public TcpNamesTest, public testing::WithParamInterface<NamedCheck> {};

TEST_P(SilentNamesTest, ASilentNameServerCostsOneThreadAndTheRunsTime) {
  const auto silent = GetParam().at("silent.test:" + std::to_string(server_.port()));

  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(silent(context_for(50ms)), IsFail(HasSubstr("the name silent.test isn't resolved: no answer within")));

  EXPECT_TRUE(eventually([] { return silent_names.waiting() == 1; }));
  silent_names.open();
  // Resolved now, which is all that this server shows.
  EXPECT_TRUE(
      eventually([&] { return silent(context_for(50ms)).message().find("isn't resolved") == std::string::npos; }));
}

INSTANTIATE_TEST_SUITE_P(
    Each, SilentNamesTest,
    testing::Values(NamedCheck{"Tcp", [](const auto& target) { return Tcp{target}; }},
                    NamedCheck{"Http", [](const auto& target) { return Http{"http://" + target}; }},
                    NamedCheck{"Redis", [](const auto& target) { return Redis{"redis://" + target}; }}),
    [](const auto& check) { return check.param.name; });

}  // namespace
