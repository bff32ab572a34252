#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/unix_socket.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/program.hpp"
#include "support/unix_sockets.hpp"

namespace vitals_test {
namespace {

using testing::HasSubstr;
using vitals::detail::Descriptor;
using vitals::detail::ListenSocket;
using vitals::detail::open_unix_socket;

/// Sets the umask while it lives.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_{::umask(mask)} {}
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

class UnixSocketTest : public testing::Test {
 protected:
  [[nodiscard]] ListenSocket open(unsigned mode = 0660) const { return open_unix_socket("unix:" + path_, mode); }

  /// The error and the message if it can't be opened.
  [[nodiscard]] std::pair<std::error_code, std::string> refusal() const {
    try {
      (void)open();
    } catch (const std::system_error& error) {
      return {error.code(), error.what()};
    }
    return {{}, "opened"};
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
  const std::string lock_ = path_ + ".lock";
};

TEST_F(UnixSocketTest, AcceptsConnectionsToItsPath) {
  const auto socket = open();

  const auto client = connected_to(path_);
  const Descriptor accepted{::accept(socket.descriptor.get(), nullptr, nullptr)};

  EXPECT_TRUE(client);
  EXPECT_TRUE(accepted);
  EXPECT_EQ(socket.family, AF_UNIX);
  EXPECT_EQ(socket.port, 0);
}

TEST_F(UnixSocketTest, IsCloseOnExecAndDoesNotBlock) {
  const auto before = open_descriptors();

  const auto socket = open();

  for (const int fd : open_descriptors()) EXPECT_TRUE(before.contains(fd) || is_close_on_exec(fd)) << fd;
  EXPECT_NE(::fcntl(socket.descriptor.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(UnixSocketTest, HasExactlyTheRequestedModeWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0022U, 0077U, 0777U})
    for (const unsigned mode : {0660U, 0600U, 0666U, 0777U, 0020U, 0U}) {
      const Umask umask{mask};

      const auto socket = open(mode);

      EXPECT_EQ(mode_of(path_), S_IFSOCK | mode) << std::oct << "umask " << mask << " mode " << mode;
      EXPECT_EQ(::umask(mask), mask);
    }
}

TEST_F(UnixSocketTest, ReplacesTheFileOfADeadServer) {
  leave_socket_file(path_);

  const auto socket = open();

  EXPECT_TRUE(connected_to(path_));
}

TEST_F(UnixSocketTest, RefusesAPathWithAListener) {
  const auto other = listening_on(path_);
  const auto file = file_at(path_);

  EXPECT_EQ(refusal().first, std::errc::address_in_use);
  EXPECT_EQ(file_at(path_), file);
  EXPECT_TRUE(connected_to(path_));
}

TEST_F(UnixSocketTest, RefusesAPathWhoseListenerIsTooBusyToBeConnectedTo) {
  const auto other = listening_on(path_, 0);
  std::vector<Descriptor> clients;
  do clients.push_back(connected_to(path_, SOCK_NONBLOCK));
  while (clients.back());
  ASSERT_EQ(errno, EAGAIN);

  EXPECT_EQ(refusal().first, std::errc::address_in_use);
}

TEST_F(UnixSocketTest, RefusesAPathThatTakesDatagrams) {
  const auto other = bound_to(path_, SOCK_DGRAM);

  EXPECT_EQ(refusal().first, std::errc::address_in_use);
}

TEST_F(UnixSocketTest, RefusesAndKeepsARegularFile) {
  std::ofstream{path_} << "precious";

  const auto [error, message] = refusal();

  EXPECT_EQ(error, std::errc::not_a_socket);
  EXPECT_THAT(message, HasSubstr("vitals: can't listen on unix:" + path_ + ", the file isn't a socket: "));
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(UnixSocketTest, RefusesAndKeepsASymlinkToADeadServersFile) {
  const auto target = folder_.path() / "target.sock";
  leave_socket_file(target.string());
  std::filesystem::create_symlink(target, path_);

  EXPECT_EQ(refusal().first, std::errc::not_a_socket);
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_NE(mode_of(target), 0U);
}

TEST_F(UnixSocketTest, RefusesASecondServer) {
  const auto socket = open();
  const auto file = file_at(path_);

  EXPECT_EQ(refusal().first, std::errc::address_in_use);
  EXPECT_EQ(file_at(path_), file);
}

TEST_F(UnixSocketTest, RefusesAPathWhoseLockAnotherProcessHolds) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const Child other{[&] {
    const Descriptor file{::open(lock_.c_str(), O_RDWR | O_CREAT, 0600)};
    if (::flock(file.get(), LOCK_EX) != 0 || ::write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }};
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  leave_socket_file(path_);

  const auto [error, message] = refusal();

  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_THAT(message, HasSubstr("another server holds its lock file"));
  EXPECT_NE(mode_of(path_), 0U);
  for (const int fd : ready) ::close(fd);
}

TEST_F(UnixSocketTest, FollowsNoSymlinkToALockFile) {
  std::filesystem::create_symlink(folder_.path() / "elsewhere", lock_);

  EXPECT_EQ(refusal().first, std::errc::too_many_symbolic_link_levels);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "elsewhere"));
}

TEST_F(UnixSocketTest, SaysThatItsFolderIsMissing) {
  try {
    (void)open_unix_socket("unix:/nowhere/health.sock", 0660);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_THAT(error.what(), HasSubstr("on unix:/nowhere/health.sock, can't open its lock file: "));
  }
}

TEST_F(UnixSocketTest, LeavesNoDescriptorBehindOnFailure) {
  const auto other = listening_on(path_);
  const auto before = open_descriptors();

  (void)refusal();

  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(UnixSocketTest, TakesTheLongestPath) {
  const auto folder = folder_.path().string() + "/";
  const auto longest = folder + std::string(vitals::detail::max_unix_path - folder.size(), 'x');

  const auto socket = open_unix_socket("unix:" + longest, 0660);

  EXPECT_TRUE(connected_to(longest));
  EXPECT_EQ(longest.size(), 107U);
}

TEST(AbstractSocketTest, AcceptsConnectionsToItsName) {
  const auto name = "@vitals-test-" + std::to_string(::getpid());

  const auto socket = open_unix_socket("unix:" + name, 0);

  EXPECT_TRUE(connected_to(name));
  EXPECT_EQ(socket.family, AF_UNIX);
  EXPECT_THROW((void)open_unix_socket("unix:" + name, 0), std::system_error);
}

TEST(AbstractSocketTest, TakesTheLongestName) {
  auto name = "@vitals-test-" + std::to_string(::getpid()) + "-";
  name.resize(vitals::detail::max_unix_path + 1, 'x');

  const auto socket = open_unix_socket("unix:" + name, 0);

  EXPECT_TRUE(connected_to(name));
}

}  // namespace
}  // namespace vitals_test
