#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/activation.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/program.hpp"
#include "support/unix_sockets.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using vitals::detail::Descriptor;
using vitals::detail::inherit_socket;
using vitals::detail::ListenSocket;

/// The environment that the service manager sets: by default for this process, with the right number of sockets.
struct Environment {
  std::optional<std::string> pid = "own";
  std::optional<std::string> count = "all";
  std::optional<std::string> names = std::nullopt;
};

void set(const char* name, const std::optional<std::string>& value) {
  value ? ::setenv(name, value->c_str(), 1) : ::unsetenv(name);
}

/// A listener on a free port of 127.0.0.1.
class TcpListener {
 public:
  TcpListener() {
    std::error_code error;
    socket_ = vitals::detail::open_listen_socket("127.0.0.1", 0, error);
    ::fcntl(socket_.descriptor.get(), F_SETFL, 0);
  }
  [[nodiscard]] int fd() const { return socket_.descriptor.get(); }
  [[nodiscard]] std::string port() const { return std::to_string(socket_.port); }

 private:
  ListenSocket socket_;
};

/// Runs `work` in a process that was started with these sockets; -1 is a closed descriptor.
/// @returns What `work` returns there.
std::string in_process_with(const std::vector<int>& sockets, Environment environment,
                            const std::function<std::string()>& work) {
  int result[2];
  if (::pipe(result) != 0) return "no pipe";
  Child child{[&] {
    const int out = ::fcntl(result[1], F_DUPFD, 200);
    std::vector<int> moved;
    moved.reserve(sockets.size());
    for (const int fd : sockets) moved.push_back(::fcntl(fd, F_DUPFD, 100));
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      const int number = 3 + static_cast<int>(i);
      moved[i] < 0 ? ::close(number) : ::dup2(moved[i], number);
      ::close(moved[i]);
    }
    if (environment.pid == "own") environment.pid = std::to_string(::getpid());
    if (environment.count == "all") environment.count = std::to_string(sockets.size());
    set("LISTEN_PID", environment.pid);
    set("LISTEN_FDS", environment.count);
    set("LISTEN_FDNAMES", environment.names);
    const auto text = work();
    if (::write(out, text.data(), text.size()) < 0) _exit(1);
  }};
  ::close(result[1]);
  std::string text;
  char bytes[512];
  for (ssize_t size = 0; (size = ::read(result[0], bytes, sizeof bytes)) > 0;)
    text.append(bytes, static_cast<std::size_t>(size));
  ::close(result[0]);
  if (const int status = child.wait(); status != 0) return "ended with " + std::to_string(status);
  return text;
}

/// The port of the listener, or the error.
std::string listen(const std::string& address) {
  try {
    return std::to_string(inherit_socket(address).port);
  } catch (const std::system_error& error) {
    return error.what();
  }
}

std::string listen_in_process_with(const std::vector<int>& sockets, Environment environment,
                                   const std::string& name = "health") {
  return in_process_with(sockets, std::move(environment), [&] { return listen("systemd:" + name); });
}

TEST(ActivationTest, TakesTheSocketOfThatName) {
  const TcpListener first, second, third;
  const std::vector sockets{first.fd(), second.fd(), third.fd()};

  EXPECT_EQ(listen_in_process_with(sockets, {.names = "http:health:"}), second.port());
  EXPECT_EQ(listen_in_process_with(sockets, {.names = "health::"}), first.port());
  EXPECT_EQ(listen_in_process_with(sockets, {.names = "http:http2:health"}), third.port());
}

TEST(ActivationTest, TakesTheFirstOfSeveral) {
  const TcpListener http, first, second;

  EXPECT_EQ(listen_in_process_with({http.fd(), first.fd(), second.fd()}, {.names = "http:health:health"}),
            first.port());
}

TEST(ActivationTest, CallsSocketsWithoutNamesUnknown) {
  const TcpListener first, second;
  const std::vector sockets{first.fd(), second.fd()};

  EXPECT_EQ(listen_in_process_with(sockets, {}, "unknown"), first.port());
  EXPECT_THAT(listen_in_process_with(sockets, {}), HasSubstr("LISTEN_FDNAMES isn't set"));
}

TEST(ActivationTest, SaysThatTheProcessWasStartedWithoutSockets) {
  EXPECT_THAT(listen_in_process_with({}, {.pid = std::nullopt, .count = std::nullopt}),
              AllOf(StartsWith("vitals: can't listen on systemd:health, LISTEN_PID isn't set: "),
                    EndsWith(std::error_code{ENXIO, std::system_category()}.message())));
  EXPECT_THAT(listen_in_process_with({}, {.count = std::nullopt}), HasSubstr("LISTEN_FDS isn't set"));
}

TEST(ActivationTest, LeavesTheSocketsOfAnotherProcessAlone) {
  const TcpListener listener;

  for (const auto& pid : {std::to_string(::getpid()), std::string{"1x"}, std::string{}, std::string{"0"}})
    EXPECT_THAT(listen_in_process_with({listener.fd()}, {.pid = pid, .names = "health"}),
                HasSubstr("the sockets are for another process: LISTEN_PID is \"" + pid + "\", not "));
}

TEST(ActivationTest, SaysThatTheNumberOfSocketsIsMalformed) {
  for (const std::string count : {"", "0", "-1", "two", "1 ", "2147483647", "99999999999999999999"})
    EXPECT_THAT(listen_in_process_with({}, {.count = count}), HasSubstr("LISTEN_FDS is \"" + count + "\""));
}

TEST(ActivationTest, SaysWhichNamesThereAre) {
  const TcpListener first, second;

  EXPECT_THAT(listen_in_process_with({first.fd(), second.fd()}, {.names = "http:healthy"}),
              HasSubstr("no socket has that name: LISTEN_FDNAMES is \"http:healthy\""));
}

TEST(ActivationTest, SaysThatThereAreOtherNamesThanSockets) {
  const TcpListener first, second;

  for (const std::string names : {"health", "health:http:more", ""})
    EXPECT_THAT(listen_in_process_with({first.fd(), second.fd()}, {.names = names}),
                HasSubstr("LISTEN_FDNAMES is \"" + names + "\", which doesn't name 2 sockets"));
}

TEST(ActivationTest, RefusesWhatIsNoListeningStreamSocket) {
  const Descriptor stream{::socket(AF_INET, SOCK_STREAM, 0)};
  const Descriptor datagrams{::socket(AF_INET, SOCK_DGRAM, 0)};
  const Descriptor file{::open("/dev/null", O_RDWR)};
  const auto refusal = [](int fd) { return listen_in_process_with({fd}, {.names = "health"}); };

  EXPECT_THAT(refusal(stream.get()), HasSubstr("descriptor 3 doesn't listen"));
  EXPECT_THAT(refusal(datagrams.get()), HasSubstr("descriptor 3 is no stream socket"));
  EXPECT_THAT(refusal(file.get()), HasSubstr("descriptor 3 is no open socket"));
  EXPECT_THAT(refusal(-1), HasSubstr("descriptor 3 is no open socket"));
}

TEST(ActivationTest, RefusesOtherFamilies) {
  const Descriptor vsock{::socket(AF_VSOCK, SOCK_STREAM, 0)};
  if (!vsock) GTEST_SKIP() << "no such sockets on this machine";

  EXPECT_THAT(listen_in_process_with({vsock.get()}, {.names = "health"}),
              HasSubstr("descriptor 3 is neither a TCP nor a UNIX socket"));
}

TEST(ActivationTest, ServesADuplicateThatIsCloseOnExecAndDoesNotBlock) {
  const TcpListener listener;

  const auto found = in_process_with({listener.fd()}, {.names = "health"}, [] {
    const auto socket = inherit_socket("systemd:health");
    const int fd = socket.descriptor.get();
    const bool blocks = (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
    return std::string{fd > 3 ? "another, " : "the same, "} + (is_close_on_exec(fd) ? "closed, " : "open, ") +
           (blocks ? "blocking; " : "not blocking; ") + (is_close_on_exec(3) ? "closed" : "open");
  });

  EXPECT_EQ(found, "another, closed, not blocking; open");
}

TEST(ActivationTest, DoesNotHoldBackAnswers) {
  const TcpListener listener;
  const int off = 0;
  ::setsockopt(listener.fd(), IPPROTO_TCP, TCP_NODELAY, &off, sizeof off);

  (void)listen_in_process_with({listener.fd()}, {.names = "health"});

  int at_once = 0;
  socklen_t size = sizeof at_once;
  ::getsockopt(listener.fd(), IPPROTO_TCP, TCP_NODELAY, &at_once, &size);
  EXPECT_NE(at_once, 0) << "what is accepted inherits it";
}

TEST(ActivationTest, ListensOnAfterItsEndAndIsFoundAgain) {
  const TcpListener listener;

  const auto ports = in_process_with({listener.fd()}, {.names = "health"}, [] {
    std::string seen;
    for (int i = 0; i < 2; ++i) {
      auto socket = inherit_socket("systemd:health");
      seen += std::to_string(socket.port) + " ";
      socket.end.end(socket.descriptor.get());
    }
    return seen;
  });

  EXPECT_EQ(ports, listener.port() + " " + listener.port() + " ");
  int listens = 0;
  socklen_t size = sizeof listens;
  ::getsockopt(listener.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
  EXPECT_EQ(listens, 1);
}

TEST(ActivationTest, KeepsTheFileOfAUnixSocketAndItsPendingConnections) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "health.sock";
  const auto listener = listening_on(path);
  const auto client = connected_to(path);

  const auto port = in_process_with({listener.get()}, {.names = "health"}, [] {
    auto socket = inherit_socket("systemd:health");
    socket.end.end(socket.descriptor.get());
    return std::to_string(socket.port) + (socket.family == AF_UNIX ? " unix" : "");
  });

  EXPECT_EQ(port, "0 unix");
  EXPECT_TRUE(connected_to(path));
  EXPECT_TRUE(Descriptor{::accept(listener.get(), nullptr, nullptr)});
}

}  // namespace
}  // namespace vitals_test
