// A server whose process is stopped for longer than its timeouts, and continued.

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/http_client.hpp"
#include "support/requests.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;

constexpr auto limit = 2s;
/// More than the server handles at a time.
constexpr std::size_t many = 400;

/// A server in a process of its own.
class ServerProcess {
 public:
  ServerProcess() {
    std::array<int, 2> ends = {};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"can't make a pipe"};
    pid_ = fork();
    if (pid_ == 0) serve(ends[1]);
    close(ends[1]);
    if (read(ends[0], &port_, sizeof port_) != sizeof port_) throw std::runtime_error{"the server didn't start"};
    close(ends[0]);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  /// Returns once the process has stopped.
  void stop() const {
    kill(pid_, SIGSTOP);
    waitpid(pid_, nullptr, WUNTRACED);
  }
  void go_on() const { kill(pid_, SIGCONT); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  [[noreturn]] static void serve(int told) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    vitals::HealthRegistry health;
    vitals::HealthServer server{health, {.address = "127.0.0.1", .port = 0, .idle_timeout = limit}};
    server.start();
    const auto port = server.port();
    if (write(told, &port, sizeof port) != sizeof port) _exit(1);
    for (;;) pause();
  }

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

TEST(ServerThawTest, KeptConnectionsThatAskedWhileTheProcessWasStoppedAreAnswered) {
  const ServerProcess server;
  std::vector<HttpClient> clients;
  for (std::size_t i = 0; i < many; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(get_healthz);
    ASSERT_EQ(clients.back().read_response().status, 200);
  }

  server.stop();
  std::vector<HttpClient*> asked;
  for (auto& client : clients) {
    if (client.has_input()) continue;  // closed before the stop: it was idle for too long
    client.send(get_healthz);
    asked.push_back(&client);
  }
  std::this_thread::sleep_for(limit + 500ms);  // the stop itself is tested
  server.go_on();

  ASSERT_FALSE(asked.empty());
  for (auto* const client : asked) ASSERT_EQ(client->read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
