// A server on a UNIX socket, with a file or in the abstract namespace.

#include <cerrno>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/program.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

const std::string last_get_ready = "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// A server on `where_`, which is the address without its scheme.
class UnixServerTest : public ServerTest {
 protected:
  explicit UnixServerTest(std::string where) : where_{std::move(where)} {}

  void start(vitals::HealthServerOptions options = {}) {
    server_ = make_server(std::move(options));
    server_->start();
  }
  [[nodiscard]] std::unique_ptr<TestedServer> make_server(vitals::HealthServerOptions options = {}) {
    options.address = "unix:" + where_;
    options.log = log_;
    return std::make_unique<TestedServer>(health_, std::move(options));
  }
  [[nodiscard]] HttpClient connect() const { return http_client_at(where_); }
  void expect_answer() { EXPECT_EQ(connect().send(get_ready).read_response().body, "OK"); }

  const std::string where_;
  const Log log_ = {};
};

class SocketFileServerTest : public UnixServerTest {
 protected:
  SocketFileServerTest() : SocketFileServerTest{std::make_unique<TemporaryFolder>()} {}

  /// The error and the message of a second server that can't start on the path.
  [[nodiscard]] std::pair<std::error_code, std::string> refusal() {
    try {
      make_server()->start();
    } catch (const std::system_error& error) {
      return {error.code(), error.what()};
    }
    return {{}, "started"};
  }

 private:
  explicit SocketFileServerTest(std::unique_ptr<TemporaryFolder> folder)
      : UnixServerTest{folder->path() / "health.sock"}, folder_{std::move(folder)} {}

  const std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(SocketFileServerTest, AnswersAndKeepsTheConnection) {
  start();
  auto client = connect();

  for (int i = 0; i < 3; ++i) {
    const auto response = client.send(get_ready).read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "OK");
  }
}

TEST_F(SocketFileServerTest, ClosesAConnectionAfterItsLastAnswer) {
  start();

  EXPECT_THAT(connect().send(last_get_ready).read_to_end(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("OK")));
}

TEST_F(SocketFileServerTest, AnswersWhatIsPipelined) {
  start();

  const auto answers = connect().send(get_ready + get_ready + last_get_ready).read_to_end();

  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK\r\n"), 3);
}

TEST_F(SocketFileServerTest, AnswersAPeerThatOnlyStopsSending) {
  add_hanging_check(health_, gate_);
  start();
  auto client = connect();
  client.send(get_ready).stop_sending();
  gate_.wait_until_entered();

  gate_.open();

  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(SocketFileServerTest, HasNoPort) {
  start();

  EXPECT_EQ(server_->port(), 0);
}

TEST_F(SocketFileServerTest, ItsFileIsForOwnerAndGroup) {
  start();

  EXPECT_EQ(mode_of(where_), S_IFSOCK | 0660U);
}

TEST_F(SocketFileServerTest, ItsFileHasTheRequestedMode) {
  start({.unix_mode = 0606});

  EXPECT_EQ(mode_of(where_), S_IFSOCK | 0606U);
}

TEST_F(SocketFileServerTest, StopRemovesTheFileAndKeepsItsLock) {
  start();

  server_->stop();

  EXPECT_EQ(mode_of(where_), 0U);
  EXPECT_TRUE(std::filesystem::is_regular_file(where_ + ".lock"));
}

TEST_F(SocketFileServerTest, StopClosesWhatIsOpen) {
  start();
  auto idle = connect();
  auto busy = connect();
  idle.send(get_ready).read_response();
  busy.send("GET /he");

  server_->stop();

  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(busy.read_to_end(), "");
}

TEST_F(SocketFileServerTest, ItsEndRemovesTheFile) {
  start();

  server_.reset();

  EXPECT_EQ(mode_of(where_), 0U);
}

TEST_F(SocketFileServerTest, AnswersAgainAfterStopAndStart) {
  start();

  for (int i = 0; i < 3; ++i) {
    server_->stop();
    EXPECT_FALSE(connected_to(where_));
    server_->start();
    expect_answer();
  }
}

TEST_F(SocketFileServerTest, TakesThePlaceOfADeadServer) {
  leave_socket_file(where_);

  start();

  expect_answer();
}

TEST_F(SocketFileServerTest, ASecondServerIsRefusedAndHarmsNothing) {
  start();
  const auto file = file_at(where_);

  const auto [error, message] = refusal();

  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_THAT(message, StartsWith("vitals: can't listen on unix:" + where_ + ", another server holds its lock file: "));
  EXPECT_EQ(file_at(where_), file);
  expect_answer();
}

TEST_F(SocketFileServerTest, ASecondServerFollowsTheFirst) {
  start();
  const auto second = make_server();

  server_->stop();
  second->start();
  server_->stop();

  expect_answer();
}

TEST_F(SocketFileServerTest, NewcomersFindAPlaceHoweverManyAreOpen) {
  start({.max_connections = 8});
  std::vector<HttpClient> clients;

  for (int i = 0; i < 50; ++i) {
    clients.push_back(connect());
    EXPECT_EQ(clients.back().send(get_ready).read_response().status, 200) << i;
  }

  EXPECT_GE(server_->limit_counts().made_room, 42U);
}

TEST_F(SocketFileServerTest, LogLinesNameTheAddress) {
  start();

  (void)connect().send("nonsense\r\n\r\n").read_to_end();

  EXPECT_TRUE(eventually([&] { return !log_.lines().empty(); }));
  EXPECT_THAT(log_.lines(), ElementsAre(StartsWith("vitals: unix:" + where_ + ": a request was malformed")));
}

class AbstractServerTest : public UnixServerTest {
 protected:
  AbstractServerTest() : UnixServerTest{"@vitals-test-" + std::to_string(::getpid())} {}
};

TEST_F(AbstractServerTest, AnswersOnItsName) {
  start();

  expect_answer();
  EXPECT_EQ(server_->port(), 0);
}

TEST_F(AbstractServerTest, StopReleasesTheName) {
  start();

  server_->stop();

  EXPECT_FALSE(connected_to(where_));
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST_F(AbstractServerTest, AnswersAgainAfterStopAndStart) {
  start();

  for (int i = 0; i < 3; ++i) {
    server_->stop();
    server_->start();
    expect_answer();
  }
}

TEST_F(AbstractServerTest, ASecondServerIsRefused) {
  start();

  try {
    make_server()->start();
    FAIL() << "two servers of one name";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(), "vitals: can't listen on unix:" + where_ + ": Address already in use");
  }
  expect_answer();
}

TEST_F(AbstractServerTest, LogLinesNameTheAddress) {
  start();

  (void)connect().send("nonsense\r\n\r\n").read_to_end();

  EXPECT_TRUE(eventually([&] { return !log_.lines().empty(); }));
  EXPECT_THAT(log_.lines(), ElementsAre(StartsWith("vitals: unix:" + where_ + ": a request was malformed")));
}

}  // namespace
}  // namespace vitals_test
