// A program that is started by the first connection to its socket: systemd-socket-activate listens, and then replaces
// itself with that program by exec.

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/descriptor.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/program.hpp"
#include "support/requests.hpp"
#include "support/reserved_port.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

constexpr const char* socket_activate = "/usr/bin/systemd-socket-activate";

/// An address on which the program's socket listens.
class Address {
 public:
  virtual ~Address() = default;
  /// The address as systemd-socket-activate expects it.
  [[nodiscard]] virtual std::string text() const = 0;
  /// @throws std::runtime_error  if no socket listens there.
  [[nodiscard]] virtual HttpClient connect() const = 0;
};

class TcpAddress final : public Address {
 public:
  [[nodiscard]] std::string text() const override { return "127.0.0.1:" + std::to_string(port_.number()); }
  [[nodiscard]] HttpClient connect() const override { return HttpClient{port_.number()}; }

 private:
  const ReservedPort port_;
};

class UnixAddress final : public Address {
 public:
  [[nodiscard]] std::string text() const override { return path_; }
  [[nodiscard]] HttpClient connect() const override { return http_client_at(path_); }

 private:
  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
};

class SocketActivationTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(socket_activate)) GTEST_SKIP() << "no systemd-socket-activate";
  }

  void TearDown() override {
    if (HasFailure() && program_) ADD_FAILURE() << "the program wrote:\n" << program_->errors();
  }

  [[nodiscard]] static std::unique_ptr<Address> make_address() {
    if (GetParam() == "Unix") return std::make_unique<UnixAddress>();
    return std::make_unique<TcpAddress>();
  }

  /// Makes the first connection to one of the sockets start the server's program.
  /// @param names  The names of the sockets, separated by colons; empty: they have none.
  void listen(const std::string& names, const std::vector<const Address*>& sockets,
              const std::string& server_address = "systemd:health", const std::vector<std::string>& through = {}) {
    std::vector<std::string> arguments;
    if (!names.empty()) arguments.push_back("--fdname=" + names);
    for (const auto* const socket : sockets) arguments.insert(arguments.end(), {"-l", socket->text()});
    arguments.insert(arguments.end(), through.begin(), through.end());
    arguments.insert(arguments.end(), {VITALS_ACTIVATED_SERVER, server_address});
    program_.emplace(socket_activate, arguments, folder_.path());
  }

  /// A client that connects as soon as the socket listens.
  [[nodiscard]] HttpClient client_of(const Address& address) const {
    std::optional<HttpClient> client;
    const bool is_there = eventually([&] {
      try {
        client.emplace(address.connect());
        return true;
      } catch (const std::runtime_error&) {
        return false;
      }
    });
    if (!is_there) throw std::runtime_error{"nobody listens on " + address.text()};
    return *std::move(client);
  }
  /// The server's answer on a new connection.
  [[nodiscard]] std::string ask(const Address& address) const {
    return client_of(address).send(get_ready).read_response().body;
  }
  int end_server() {
    program_->signal(SIGTERM);
    return program_->wait();
  }

  const TemporaryFolder folder_;
  const std::unique_ptr<Address> address_ = make_address();
  std::optional<Program> program_;
};

INSTANTIATE_TEST_SUITE_P(On, SocketActivationTest, testing::Values("Tcp", "Unix"),
                         [](const auto& each) { return each.param; });

TEST_P(SocketActivationTest, AnswersTheProbeThatStartedTheProgramAndTheNext) {
  listen("health", {address_.get()});
  auto first = client_of(*address_);

  EXPECT_EQ(first.send(get_ready).read_response().body, "OK");
  EXPECT_EQ(first.send(get_ready).read_response().body, "OK");
  EXPECT_EQ(ask(*address_), "OK");
  EXPECT_EQ(end_server(), 0);
}

TEST_P(SocketActivationTest, TakesTheSocketOfItsName) {
  const auto other = make_address();
  listen("http:health", {other.get(), address_.get()});
  auto unanswered = client_of(*other);
  unanswered.send(get_ready);

  EXPECT_EQ(ask(*address_), "OK");

  EXPECT_FALSE(unanswered.has_input());
}

TEST_P(SocketActivationTest, TakesASocketWithoutANameAsUnknown) {
  listen("", {address_.get()}, "systemd:unknown");

  EXPECT_EQ(ask(*address_), "OK");
}

/// Keeps the program's socket open, as systemd does: another process has a copy while this lives.
class SocketKeeper {
 public:
  explicit SocketKeeper(const std::filesystem::path& folder) {
    const std::string path = folder / "kept";
    if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error{"can't make a FIFO"};
    kept_ = vitals::detail::Descriptor{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  }

  /// Starts the program that follows on the command line, and a process that holds a copy of its sockets while the FIFO
  /// has a writer.
  static std::vector<std::string> command() {
    return {"/bin/sh", "-c", "exec 9<kept; cat <&9 & exec \"$@\" 9<&-", "sh"};
  }

 private:
  vitals::detail::Descriptor kept_;
};

TEST_P(SocketActivationTest, TheEndOfTheProgramLeavesTheSocketAsItWas) {
  const SocketKeeper keeper{folder_.path()};
  listen("health", {address_.get()}, "systemd:health", SocketKeeper::command());
  ASSERT_EQ(ask(*address_), "OK");

  ASSERT_EQ(end_server(), 0);

  auto next = address_->connect();  // for a UNIX socket, this needs its file
  EXPECT_FALSE(next.send(get_ready).has_input()) << "it waits for the next program";
}

}  // namespace
}  // namespace vitals_test
