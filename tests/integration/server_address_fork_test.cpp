// An application that forks while its server listens on a UNIX socket: the socket and its file remain the parent's.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/program.hpp"
#include "support/requests.hpp"
#include "support/server_fixture.hpp"
#include "support/unix_http.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;

/// How many sockets of this process are bound to the path: a listener, and accepted connections.
std::size_t sockets_at(const std::string& path) {
  std::size_t count = 0;
  for (const int fd : open_sockets()) {
    sockaddr_un name{};
    socklen_t size = sizeof name - 1;
    const bool has_name = ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0;
    if (has_name && name.sun_family == AF_UNIX && path == name.sun_path) ++count;
  }
  return count;
}

bool has_open(const std::string& path) {
  for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;
    if (fs::read_symlink(entry.path(), gone) == path) return true;
  }
  return false;
}

/// Keeps a child alive until the parent has finished.
class UntilReleased {
 public:
  UntilReleased() {
    if (::pipe(done_) != 0 || ::pipe(ready_) != 0) throw std::runtime_error{"no pipe"};
  }
  UntilReleased(const UntilReleased&) = delete;
  UntilReleased& operator=(const UntilReleased&) = delete;
  ~UntilReleased() {
    for (const int fd : {done_[0], done_[1], ready_[0], ready_[1]})
      if (fd >= 0) ::close(fd);
  }

  /// In the child: reports that it is ready, and waits.
  void wait() {
    ::close(done_[1]);
    char byte = 'r';
    if (::write(ready_[1], &byte, 1) != 1 || ::read(done_[0], &byte, 1) != 0) _exit(98);
  }
  /// In the parent.
  void wait_until_ready() const {
    char byte = 0;
    EXPECT_EQ(::read(ready_[0], &byte, 1), 1);
  }
  void release() { ::close(std::exchange(done_[1], -1)); }

 private:
  int done_[2] = {-1, -1};
  int ready_[2] = {-1, -1};
};

class ServerAddressForkTest : public ServerTest {
 protected:
  void start_on(const std::string& address) {
    server_ = std::make_unique<TestedServer>(health_, vitals::HealthServerOptions{.address = address});
    server_->start();
  }
  [[nodiscard]] HttpClient keep(const std::string& where) {
    auto kept = http_client_at(where);
    EXPECT_EQ(kept.send(get_ready).read_response().status, 200);
    EXPECT_TRUE(eventually(others_sleep));
    return kept;
  }
  static void expect_unharmed(HttpClient& kept, const std::string& where) {
    EXPECT_EQ(kept.send(get_ready).read_response().status, 200) << "on a connection from before";
    EXPECT_EQ(http_client_at(where).send(get_ready).read_response().status, 200);
  }
  /// Expects that the server can be stopped and restarted at the same address while a child lives that has done `work`.
  template <class Work>
  void expect_restart_beside_child(const std::string& where, Work work) {
    (void)keep(where);
    UntilReleased until;
    Child child{[&] {
      work();
      until.wait();
    }};
    until.wait_until_ready();

    server_->stop();
    EXPECT_FALSE(connected_to(where));
    EXPECT_NO_THROW(server_->start());
    EXPECT_EQ(http_client_at(where).send(get_ready).read_response().status, 200);

    until.release();
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(http_client_at(where).send(get_ready).read_response().status, 200);
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.path() / "health.sock";
  const std::string name_ = "@vitals-test-" + std::to_string(::getpid());
};

TEST_F(ServerAddressForkTest, AChildThatStopsTheServerLeavesSocketAndFileAlone) {
  start_on("unix:" + path_);
  auto kept = keep(path_);
  const auto file = file_at(path_);

  Child child{[&] {
    server_->stop();
    server_->stop();
  }};

  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(file_at(path_), file);
  expect_unharmed(kept, path_);
}

TEST_F(ServerAddressForkTest, AChildThatStopsTheServerHasNothingOfItAnyMore) {
  start_on("unix:" + path_);
  auto kept = keep(path_);

  Child child{[&] {
    const bool had_all = sockets_at(path_) >= 2 && has_open(path_ + ".lock");
    server_->stop();
    if (!had_all) _exit(1);
    if (sockets_at(path_) != 0) _exit(2);
    if (has_open(path_ + ".lock")) _exit(3);
  }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed(kept, path_);
}

TEST_F(ServerAddressForkTest, AChildsStopLeavesAnAbstractNameAlone) {
  start_on("unix:" + name_);
  auto kept = keep(name_);

  Child child{[&] { server_->stop(); }};

  EXPECT_EQ(child.wait(), 0);
  expect_unharmed(kept, name_);
}

TEST_F(ServerAddressForkTest, ThePathIsFreeWhileAChildThatStoppedTheServerLives) {
  start_on("unix:" + path_);

  expect_restart_beside_child(path_, [&] { server_->stop(); });
}

TEST_F(ServerAddressForkTest, ThePathIsFreeWhileAChildKeepsItsCopies) {
  start_on("unix:" + path_);

  expect_restart_beside_child(path_, [] {});
}

TEST_F(ServerAddressForkTest, AnAbstractNameIsFreeWhileAChildThatStoppedTheServerLives) {
  start_on("unix:" + name_);

  expect_restart_beside_child(name_, [&] { server_->stop(); });
}

TEST_F(ServerAddressForkTest, StopRefusesClientsWhileAChildKeepsItsCopies) {
  start_on("unix:" + name_);
  (void)keep(name_);
  UntilReleased until;
  Child child{[&] { until.wait(); }};
  until.wait_until_ready();

  server_->stop();

  EXPECT_FALSE(connected_to(name_));
  until.release();
  EXPECT_EQ(child.wait(), 0);
  EXPECT_NO_THROW(server_->start());
}

}  // namespace
}  // namespace vitals_test
