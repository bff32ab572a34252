#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "checks/socket_limit.hpp"
#include "support/eventually.hpp"
#include "support/process_without_streams.hpp"
#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::detail::RunLimit;
using vitals::detail::SocketLimit;
using vitals_test::context_for;
using vitals_test::context_with_exactly;
using vitals_test::generous;

/// Two connected sockets.
struct Pair {
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int end : ends) close(end);
  }

  std::array<int, 2> ends{};
};

TEST(WakeEventTest, NeverHasTheNumberOfAStandardStream) {
  vitals_test::ProcessWithoutStreams process{[] { return std::make_unique<vitals::detail::WakeEvent>(); }};

  EXPECT_EQ(process.open_streams(), 0);
}

void read_as_long_as_bytes_arrive(int socket) {
  std::array<char, 4096> buffer{};
  while (recv(socket, buffer.data(), buffer.size(), 0) > 0) continue;
}

/// Sends without end, but gives up after a long time, so that a failing test ends.
bool sends_until_the_peer_is_gone(int socket) {
  const std::string bytes(4096, 'x');
  const auto deadline = std::chrono::steady_clock::now() + generous;
  while (std::chrono::steady_clock::now() < deadline)
    if (send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return true;
  shutdown(socket, SHUT_RDWR);
  return false;
}

TEST(PostgresSocketLimitTest, AReaderThatNeverPausesEndsAtTheLimit) {
  const Pair pair;
  const RunLimit limit{context_with_exactly(50ms)};
  std::atomic<bool> was_cut_off = false;
  std::jthread sender{[&] { was_cut_off = sends_until_the_peer_is_gone(pair.ends[1]); }};
  SocketLimit socket_limit{limit};
  socket_limit.watch(pair.ends[0]);

  read_as_long_as_bytes_arrive(pair.ends[0]);
  sender.join();

  EXPECT_TRUE(limit.is_over());
  EXPECT_TRUE(was_cut_off);
}

TEST(PostgresSocketLimitTest, AReaderThatNeverPausesEndsAtAStopRequest) {
  const Pair pair;
  std::stop_source stop;
  const RunLimit limit{context_for(1h, stop.get_token())};
  std::atomic<bool> was_cut_off = false;
  std::jthread sender{[&] { was_cut_off = sends_until_the_peer_is_gone(pair.ends[1]); }};
  SocketLimit socket_limit{limit};
  socket_limit.watch(pair.ends[0]);
  stop.request_stop();

  read_as_long_as_bytes_arrive(pair.ends[0]);
  sender.join();

  EXPECT_TRUE(was_cut_off);
}

TEST(PostgresSocketLimitTest, ASocketThatIsWatchedAfterTheLimitIsShutDownAtOnce) {
  const Pair first;
  const Pair second;
  const RunLimit limit{context_for(-1s)};
  SocketLimit socket_limit{limit};
  socket_limit.watch(first.ends[0]);
  read_as_long_as_bytes_arrive(first.ends[1]);

  socket_limit.watch(second.ends[0]);

  read_as_long_as_bytes_arrive(second.ends[1]);
}

TEST(PostgresSocketLimitTest, AnotherSocketWithTheSameNumberIsLeftAlone) {
  Pair pair;
  std::stop_source stop;
  const RunLimit limit{context_for(1h, stop.get_token())};
  SocketLimit socket_limit{limit};
  socket_limit.watch(pair.ends[0]);
  const Pair other;
  ASSERT_EQ(dup2(other.ends[0], pair.ends[0]), pair.ends[0]);  // as if the number had been closed and reused

  stop.request_stop();
  read_as_long_as_bytes_arrive(pair.ends[1]);  // returns when the watched connection has ended

  EXPECT_EQ(send(other.ends[1], "x", 1, MSG_NOSIGNAL), 1);
}

/// Whether closing the socket resets the connection.
bool is_reset_when_closed(int socket) {
  linger how{};
  socklen_t size = sizeof how;
  EXPECT_EQ(getsockopt(socket, SOL_SOCKET, SO_LINGER, &how, &size), 0);
  return how.l_onoff != 0 && how.l_linger == 0;
}

TEST(PostgresSocketLimitTest, AConnectionIsResetOnlyAfterARunThatOverranItsLimit) {
  const Pair in_time;
  const Pair abandoned;
  const RunLimit limit{context_for(1h)};
  {
    SocketLimit socket_limit{limit};
    socket_limit.watch(in_time.ends[0]);
  }
  {
    SocketLimit socket_limit{limit};
    socket_limit.watch(abandoned.ends[0]);
    socket_limit.abandon();
  }

  EXPECT_FALSE(is_reset_when_closed(in_time.ends[0]));
  EXPECT_TRUE(is_reset_when_closed(abandoned.ends[0]));
}

/// The number of threads of this process. Opens no descriptor.
nlink_t threads() {
  struct stat tasks {};
  EXPECT_EQ(stat("/proc/self/task", &tasks), 0);
  return tasks.st_nlink;
}

// Such a thread must neither terminate the process nor leave the socket without a limit.
TEST(PostgresSocketLimitTest, AThreadThatCantWaitCountsAsTheEnd) {
  const Pair pair;
  const RunLimit limit{context_for(1h)};
  SocketLimit socket_limit{limit};
  std::thread{[] {}}.join();  // ThreadSanitizer starts a thread of its own with the first one
  const nlink_t before = threads();
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit too_few{.rlim_cur = 1, .rlim_max = usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &too_few), 0);  // poll() fails for more descriptors than the limit
  socket_limit.watch(-1);
  EXPECT_TRUE(vitals_test::eventually([&] { return threads() == before; }));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);

  socket_limit.watch(pair.ends[0]);

  read_as_long_as_bytes_arrive(pair.ends[1]);
}

TEST(PostgresSocketLimitTest, ASocketOfARunThatEndsInTimeIsLeftAlone) {
  const Pair pair;
  {
    const RunLimit limit{context_for(generous)};
    SocketLimit socket_limit{limit};
    socket_limit.watch(pair.ends[0]);
  }

  EXPECT_EQ(send(pair.ends[1], "x", 1, MSG_NOSIGNAL), 1);
}

}  // namespace
