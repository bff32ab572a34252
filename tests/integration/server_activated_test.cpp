// A server on a socket that the process has inherited, as from systemd.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <gmock/gmock.h>

#include "support/eventually.hpp"
#include "support/log.hpp"
#include "support/program.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using vitals::detail::Descriptor;

/// Sets the environment of a process that was started with the socket under the name "health", while it lives.
/// Descriptors with lower numbers get other names: the server never touches these.
class Inherited {
 public:
  explicit Inherited(int fd) {
    std::string names;
    for (int other = first; other < fd; ++other) names += "other:";
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(fd - first + 1).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", (names + "health").c_str(), 1);
  }
  Inherited(const Inherited&) = delete;
  Inherited& operator=(const Inherited&) = delete;
  ~Inherited() {
    for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  }

 private:
  static constexpr int first = 3;
};

/// The socket on which the service manager listens.
class ManagersSocket {
 public:
  virtual ~ManagersSocket() = default;
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual HttpClient connect() const = 0;
};

class TcpSocket final : public ManagersSocket {
 public:
  TcpSocket() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener_.get(), SOMAXCONN), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] int fd() const override { return listener_.get(); }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] HttpClient connect() const override { return HttpClient{port_}; }

 private:
  Descriptor listener_;
  std::uint16_t port_ = 0;
};

class UnixSocket final : public ManagersSocket {
 public:
  [[nodiscard]] int fd() const override { return listener_.get(); }
  [[nodiscard]] std::uint16_t port() const override { return 0; }
  [[nodiscard]] HttpClient connect() const override { return http_client_at(path_); }

 private:
  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
  const Descriptor listener_ = listening_on(path_);
};

class ActivatedServerTest : public ServerTest, public testing::WithParamInterface<std::string> {
 protected:
  void make(vitals::HealthServerOptions options = {}) {
    options.address = "systemd:health";
    options.log = log_;
    server_ = std::make_unique<TestedServer>(health_, std::move(options));
  }
  void expect_answer() { EXPECT_EQ(socket_->connect().send(get_ready).read_response().body, "OK"); }

  const std::unique_ptr<ManagersSocket> socket_ = make_socket();
  const Inherited inherited_{socket_->fd()};
  const Log log_ = {};

 private:
  static std::unique_ptr<ManagersSocket> make_socket() {
    if (GetParam() == "Unix") return std::make_unique<UnixSocket>();
    return std::make_unique<TcpSocket>();
  }
};

INSTANTIATE_TEST_SUITE_P(On, ActivatedServerTest, testing::Values("Tcp", "Unix"),
                         [](const auto& each) { return each.param; });

TEST_P(ActivatedServerTest, AnswersAndKeepsTheConnection) {
  make();
  server_->start();
  auto client = socket_->connect();

  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.send(get_ready).read_response().body, "OK");
}

TEST_P(ActivatedServerTest, ReportsThePortOfTheSocketWhileItRuns) {
  make();
  EXPECT_EQ(server_->port(), 0);

  server_->start();
  EXPECT_EQ(server_->port(), socket_->port());

  server_->stop();
  EXPECT_EQ(server_->port(), 0);
}

TEST_P(ActivatedServerTest, AnswersClientsThatConnectedBeforeItsStart) {
  VITALS_SKIP_WITH_WIRE("the client's handshake waits for the server");
  make();
  auto client = socket_->connect();
  client.send(get_ready);

  server_->start();

  EXPECT_EQ(client.read_response().status, 200);
}

TEST_P(ActivatedServerTest, AnswersClientsThatConnectedWhileItWasStopped) {
  VITALS_SKIP_WITH_WIRE("the client's handshake waits for the server");
  make();
  server_->start();

  for (int i = 0; i < 3; ++i) {
    expect_answer();
    server_->stop();
    auto client = socket_->connect();
    client.send(get_ready);
    server_->start();
    EXPECT_EQ(client.read_response().status, 200) << i;
  }
}

TEST_P(ActivatedServerTest, StopClosesWhatIsOpen) {
  make();
  server_->start();
  auto client = socket_->connect();
  client.send(get_ready).read_response();

  server_->stop();

  EXPECT_EQ(client.read_to_end(), "");
}

TEST_P(ActivatedServerTest, ItsEndLeavesTheSocketListening) {
  make();
  server_->start();

  server_.reset();

  EXPECT_NO_THROW((void)socket_->connect());
}

TEST_P(ActivatedServerTest, ASecondServerFollowsTheFirst) {
  make();
  server_->start();
  server_.reset();
  make();

  server_->start();

  expect_answer();
}

TEST_P(ActivatedServerTest, LogLinesNameTheAddress) {
  make();
  server_->start();

  (void)socket_->connect().send("nonsense\r\n\r\n").read_to_end();

  EXPECT_TRUE(eventually([&] { return !log_.lines().empty(); }));
  const auto name = std::string{"vitals: systemd:health: "};
  EXPECT_THAT(log_.lines(), ElementsAre(StartsWith(name + "a request was malformed")));
}

using UnactivatedServerTest = ServerTest;

TEST_F(UnactivatedServerTest, SaysThatThereIsNoSocket) {
  TestedServer server{health_, {.address = "systemd:health"}};

  try {
    server.start();
    FAIL() << "no socket was inherited";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_device_or_address);
    EXPECT_THAT(error.what(), StartsWith("vitals: can't listen on systemd:health, LISTEN_PID isn't set: "));
  }
}

}  // namespace
}  // namespace vitals_test
