// A server in a process that waits for signals, starts programs, and is stopped and continued.

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/http_client.hpp"
#include "support/program.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::every;

vitals::HealthServerOptions on_port(std::uint16_t port) { return {.address = "127.0.0.1", .port = port}; }

TEST(ProcessTest, AnApplicationThatWaitsForSignalsGetsThem) {
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  const auto subscription = health.on_change([](const vitals::HealthEvent&) {});
  vitals::HealthServer server{health, on_port(0)};
  server.start();
  ASSERT_EQ(http_get(server.port(), "/ready").status, 200);  // all its threads are running
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int number : {SIGTERM, SIGUSR1}) sigaddset(&awaited, number);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);

  for (const int sent : {SIGTERM, SIGUSR1}) {
    kill(getpid(), sent);  // terminates the process if a thread of the library takes it

    int received = 0;
    sigwait(&awaited, &received);
    EXPECT_EQ(received, sent);
  }
}

TEST(ProcessTest, AProgramThatTheApplicationStartsDoesNotKeepThePort) {
  const TemporaryFolder folder;
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });
  vitals::HealthServer server{health, on_port(0)};
  server.start();
  const auto port = server.port();
  HttpClient open_connection{port};
  open_connection.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(open_connection.read_response().status, 200);
  const Program child{"/bin/sh", {"-c", "echo started; exec sleep 600"}, folder.path()};
  ASSERT_TRUE(eventually([&] { return child.output() == "started\n"; }));  // until then it is a copy of this process

  server.stop();

  EXPECT_EQ(open_connection.read_to_end(), "");
  vitals::HealthServer next{health, on_port(port)};
  EXPECT_NO_THROW(next.start());
}

/// A process with a service that beats once and never again, and that runs its checks in the background.
class StoppedService {
 public:
  static constexpr auto limit = 2s;

  StoppedService() {
    std::array<int, 2> ends = {};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"can't make a pipe"};
    void* page = mmap(nullptr, sizeof *database_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::runtime_error{"can't map a page"};
    database_ = new (page) std::atomic<bool>{true};
    pid_ = fork();
    if (pid_ == 0) serve(ends[1]);
    close(ends[1]);
    if (read(ends[0], &port_, sizeof port_) != sizeof port_) throw std::runtime_error{"the service didn't start"};
    close(ends[0]);
  }
  StoppedService(const StoppedService&) = delete;
  StoppedService& operator=(const StoppedService&) = delete;
  ~StoppedService() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    munmap(database_, sizeof *database_);
  }

  void stop() const {
    kill(pid_, SIGSTOP);
    waitpid(pid_, nullptr, WUNTRACED);
  }
  void go_on() const { kill(pid_, SIGCONT); }
  void lose_database() const { *database_ = false; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  [[noreturn]] void serve(int told) const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    vitals::HealthRegistry health;
    const vitals::Heartbeat beat{limit};
    health.add_liveness_check("loop", beat);
    health.add_readiness_check("queue", [] { return true; }, {.schedule = every(200ms), .stale_after = 1s});
    health.add_readiness_check("database", [this] { return database_->load(); }, {.schedule = every(1h)});
    vitals::HealthServer server{health, on_port(0)};
    server.start();
    http_get(server.port(), "/ready");
    beat.beat();
    const auto port = server.port();
    if (write(told, &port, sizeof port) != sizeof port) _exit(1);
    for (;;) pause();
  }

  std::atomic<bool>* database_ = nullptr;  // in memory that is shared with the process
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// A request that is already waiting for its answer while the service is stopped.
class Question {
 public:
  Question(std::uint16_t port, const std::string& target) : client_{port} {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  int answer() { return client_.read_response().status; }

 private:
  HttpClient client_;
};

class StopAndContinueTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(http_get(service_.port(), "/healthz").status, 200);
    service_.stop();
    std::this_thread::sleep_for(StoppedService::limit + 1s);  // the stop itself is tested
  }

  StoppedService service_;
};

TEST_F(StopAndContinueTest, GivesHeartbeatsOneFreshLimit) {
  Question asked_meanwhile{service_.port(), "/healthz"};

  service_.go_on();

  EXPECT_EQ(asked_meanwhile.answer(), 200);
  EXPECT_EQ(http_get(service_.port(), "/healthz").status, 200);
  EXPECT_TRUE(eventually([&] { return http_get(service_.port(), "/healthz").status == 503; }))
      << "but only one: it doesn't beat any more";
}

TEST_F(StopAndContinueTest, NeverGivesAnEarlierAnswerThatHasBecomeWrong) {
  Question asked_meanwhile{service_.port(), "/ready/database"};
  service_.lose_database();

  service_.go_on();

  EXPECT_EQ(asked_meanwhile.answer(), 503) << "though its result wasn't stale";
}

TEST_F(StopAndContinueTest, MakesProbesWaitForTheRunsThatWereMissed) {
  Question asked_meanwhile{service_.port(), "/ready"};

  service_.go_on();

  EXPECT_EQ(asked_meanwhile.answer(), 200);
  EXPECT_EQ(http_get(service_.port(), "/ready").status, 200);
}

}  // namespace
}  // namespace vitals_test
