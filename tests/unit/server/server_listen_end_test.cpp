#include <cerrno>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include "server/listen_end.hpp"
#include "server/open_descriptors.hpp"
#include "server/unix_socket.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/program.hpp"
#include "support/unix_sockets.hpp"

namespace vitals_test {
namespace {

using vitals::detail::Descriptor;
using vitals::detail::ListenSocket;
using vitals::detail::OpenDescriptors;

/// Ends the listener as a server does.
void end(ListenSocket& socket) {
  socket.end.end(socket.descriptor.get());
  socket.descriptor = Descriptor{};
}

class ListenEndTest : public testing::Test {
 protected:
  [[nodiscard]] ListenSocket open() const { return vitals::detail::open_unix_socket("unix:" + path_, 0660); }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
};

TEST_F(ListenEndTest, RemovesTheSocketFileAndKeepsTheLockFile) {
  auto socket = open();

  end(socket);

  EXPECT_EQ(mode_of(path_), 0U);
  EXPECT_NE(mode_of(path_ + ".lock"), 0U);
}

TEST_F(ListenEndTest, FreesThePathForTheNextStart) {
  auto socket = open();
  end(socket);

  const auto next = open();

  EXPECT_TRUE(connected_to(path_));
}

TEST_F(ListenEndTest, ClosesTheLock) {
  const auto before = open_descriptors();
  auto socket = open();

  end(socket);

  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ListenEndTest, KeepsAFileThatHasTakenThePlaceOfItsOwn) {
  auto socket = open();
  std::filesystem::remove(path_);
  const auto other = listening_on(path_);
  const auto file = file_at(path_);

  end(socket);

  EXPECT_EQ(file_at(path_), file);
}

TEST_F(ListenEndTest, RemovesTheFileOfAServerThatDidNotStart) {
  (void)open();

  EXPECT_EQ(mode_of(path_), 0U);
}

// After the socket is closed, the next file may get its inode.
TEST_F(ListenEndTest, RemovesTheFileOnceOnly) {
  {
    auto socket = open();
    end(socket);
    leave_socket_file(path_);
  }

  EXPECT_NE(mode_of(path_), 0U);
}

TEST_F(ListenEndTest, DoesNothingToTheFileInAChild) {
  auto socket = open();
  Child child{[&] { const auto gone = std::move(socket); }};

  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(connected_to(path_));
  EXPECT_THROW((void)open(), std::system_error) << "the lock is still held";
}

/// A child that has a copy of the socket and of the lock.
class ListenEndWithAChildTest : public ListenEndTest {
 protected:
  ListenSocket socket_ = open();
  const Descriptor client_ = connected_to(path_);
  const Child child_{[] { pause(); }};
};

TEST_F(ListenEndWithAChildTest, ClosesConnectionsThatWaitToBeAccepted) {
  end(socket_);

  char byte = 0;
  const auto size = ::recv(client_.get(), &byte, 1, MSG_DONTWAIT);
  EXPECT_TRUE(size == 0 || (size < 0 && errno == ECONNRESET)) << size;
}

TEST_F(ListenEndWithAChildTest, RefusesNewClientsAlsoByAnotherPath) {
  const auto link = path_ + ".link";
  std::filesystem::create_hard_link(path_, link);

  end(socket_);

  EXPECT_FALSE(connected_to(link));
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST_F(ListenEndWithAChildTest, FreesThePath) {
  end(socket_);

  const auto next = open();

  EXPECT_TRUE(connected_to(path_));
}

/// The descriptors of a server on a UNIX socket, and what a forked child does with its copies.
class UnixCopiesTest : public ListenEndTest {
 protected:
  UnixCopiesTest() {
    descriptors_.add(socket_.descriptor.get());
    descriptors_.add(accepted_.get());
  }
  static bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

  ListenSocket socket_ = open();
  const Descriptor client_ = connected_to(path_);
  const Descriptor accepted_{::accept(socket_.descriptor.get(), nullptr, nullptr)};
  OpenDescriptors descriptors_;
};

TEST_F(UnixCopiesTest, AChildClosesListenerConnectionsAndLock) {
  Child child{[&] {
    descriptors_.close_copies(socket_.traces(), -1);

    if (is_open(socket_.descriptor.get()) || is_open(accepted_.get())) _exit(1);
    if (is_open(socket_.end.lock_copy().fd)) _exit(2);
    if (!is_open(client_.get())) _exit(3);
  }};

  EXPECT_EQ(child.wait(), 0);
  EXPECT_TRUE(connected_to(path_));
}

TEST_F(UnixCopiesTest, AChildKeepsDescriptorsThatHaveReusedTheNumbers) {
  Child child{[&] {
    const auto traces = socket_.traces();
    const Descriptor own = listening_on((folder_.path() / "own.sock").string());
    for (const int fd : {socket_.descriptor.get(), accepted_.get(), traces.lock.fd}) ::dup2(own.get(), fd);

    descriptors_.close_copies(traces, -1);

    for (const int fd : {socket_.descriptor.get(), accepted_.get(), traces.lock.fd})
      if (!is_open(fd)) _exit(1);
  }};

  EXPECT_EQ(child.wait(), 0);
}

TEST_F(UnixCopiesTest, AChildKeepsSocketsWithoutAName) {
  Child child{[&] {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) _exit(1);
    const auto traces = socket_.traces();
    ::dup2(pair[0], accepted_.get());

    descriptors_.close_copies(traces, -1);
    descriptors_.add(accepted_.get());
    descriptors_.close_copies({.name = vitals::detail::SocketName{pair[1]}}, -1);

    if (!is_open(accepted_.get())) _exit(2);
  }};

  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace vitals_test
