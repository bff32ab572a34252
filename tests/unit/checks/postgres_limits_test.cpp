#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/postgres.hpp>

#include "support/eventually.hpp"
#include "support/fake_postgres.hpp"
#include "support/run_check.hpp"

// A server that never stops sending doesn't hold up a run.

namespace {

using namespace std::chrono_literals;
using vitals::checks::Postgres;
using vitals_test::context_with_exactly;
using vitals_test::FakePostgres;
using vitals_test::generous;
using vitals_test::postgres_message;
using Session = FakePostgres::Session;

std::string notice() {
  using namespace std::string_literals;
  return postgres_message('N', "SNOTICE\0C00000\0Mmore to come\0\0"s);
}

/// A description of a result with one column; its rows follow.
std::string column() { return postgres_message('T', std::string{"\0\1column", 8} + std::string(19, '\0')); }
std::string row() { return postgres_message('D', std::string{"\0\1\0\0\0\1x", 7}); }

/// Sends the same bytes repeatedly until the client closes the connection.
class Stream {
 public:
  void send(Session& session, const std::string& bytes) {
    has_begun_ = true;
    const auto deadline = std::chrono::steady_clock::now() + generous;
    while (std::chrono::steady_clock::now() < deadline) {
      if (!session.send(bytes)) {
        was_cut_off_ = true;
        return;
      }
      sent_ += bytes.size();
    }
  }
  /// True if the client has closed the connection; false if it was still reading when the stream gave up.
  [[nodiscard]] bool is_cut_off() const {
    return vitals_test::eventually([this] { return was_cut_off_.load(); });
  }
  [[nodiscard]] std::size_t sent() const { return sent_; }
  [[nodiscard]] bool has_begun() const { return has_begun_; }

 private:
  std::atomic<std::size_t> sent_ = 0;
  std::atomic<bool> has_begun_ = false;
  std::atomic<bool> was_cut_off_ = false;
};

constexpr std::size_t huge = 1023UL << 20U;  // close to the longest message that the protocol allows

std::string many(const std::string& bytes) {
  std::string all;
  while (all.size() < (1U << 16U)) all += bytes;
  return all;
}

vitals::CheckResult ask(const FakePostgres& server, std::chrono::milliseconds limit) {
  return Postgres{"host=127.0.0.1 user=app sslmode=disable gssencmode=disable port=" +
                  server.port()}(context_with_exactly(limit));
}

/// Runs the check with a short timeout, repeatedly until the stream has begun: on a slow machine a run may end before
/// it has connected.
vitals::CheckResult ask_shortly(const FakePostgres& server, const Stream& stream) {
  auto result = ask(server, 250ms);
  for (int again = 0; again < 100 && !stream.has_begun(); ++again) result = ask(server, 250ms);
  return result;
}

struct Endless {
  const char* name;
  std::string first;
  std::string then;
};
class PostgresEndlessTest : public testing::TestWithParam<Endless> {};

TEST_P(PostgresEndlessTest, AnAnswerWithoutEndIsLeftAtTheLimit) {
  Stream stream;
  const FakePostgres server{[&](Session& session) {
    session.read_startup();
    session.welcome();
    session.read_message();
    session.send(GetParam().first);
    stream.send(session, many(GetParam().then));
  }};

  const auto result = ask(server, 1s);

  EXPECT_EQ(result.message(), "no answer within 950 ms");
  EXPECT_TRUE(stream.is_cut_off());
}

INSTANTIATE_TEST_SUITE_P(Answers, PostgresEndlessTest,
                         testing::Values(Endless{"Notices", "", notice()}, Endless{"Rows", column(), row()}),
                         [](const auto& test) { return test.param.name; });

TEST(PostgresLimitsTest, NoticesWithoutEndBeforeTheWelcomeAreLeftAtTheLimit) {
  Stream stream;
  const FakePostgres server{[&](Session& session) {
    session.read_startup();
    session.send(postgres_message('R', std::string(4, '\0')));
    stream.send(session, many(notice()));
  }};

  const auto result = ask(server, 1s);

  EXPECT_EQ(result.message(), "no answer within 950 ms");
  EXPECT_TRUE(stream.is_cut_off());
}

// Doesn't depend on the speed of the machine: none reads a gigabyte within 225 ms. On most machines libpq stops reading
// by itself sooner or later; postgres_socket_limit_test.cpp covers the case when it doesn't.
TEST(PostgresLimitsTest, AHugeMessageIsNotReadToItsEnd) {
  Stream stream;
  const FakePostgres server{[&](Session& session) {
    session.read_startup();
    session.welcome();
    session.read_message();
    session.send(column() + postgres_message('D', "", huge));
    stream.send(session, std::string(1U << 22U, 'x'));  // so that there is always more to read
  }};

  const auto result = ask_shortly(server, stream);

  EXPECT_EQ(result.message(), "no answer within 225 ms");
  EXPECT_TRUE(stream.is_cut_off());
  EXPECT_LT(stream.sent(), huge);
}

TEST(PostgresLimitsTest, AHugeMessageBeforeTheWelcomeIsNotReadToItsEnd) {
  Stream stream;
  const FakePostgres server{[&](Session& session) {
    session.read_startup();
    session.send(postgres_message('R', std::string(4, '\0')) + postgres_message('N', "", huge));
    stream.send(session, std::string(1U << 22U, 'x'));  // so that there is always more to read
  }};

  const auto result = ask_shortly(server, stream);

  EXPECT_EQ(result.message(), "no answer within 225 ms");
  EXPECT_TRUE(stream.is_cut_off());
  EXPECT_LT(stream.sent(), huge);
}

}  // namespace
