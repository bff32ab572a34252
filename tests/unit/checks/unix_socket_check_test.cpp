#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/unix_socket.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/program.hpp"
#include "support/run_check.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::checks::UnixSocket;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::generous;

static_assert(vitals::is_remote_check<UnixSocket>::value);

class UnixSocketCheckTest : public testing::Test {
 protected:
  UnixSocketCheckTest() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(fd_, 0) != 0)
      throw std::runtime_error{"can't listen"};
  }
  ~UnixSocketCheckTest() override { close(fd_); }

  vitals_test::TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "socket").string();
  int fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST_F(UnixSocketCheckTest, PassesWhereAServerListens) {
  EXPECT_THAT(UnixSocket{path_}(context_for(generous)), IsPass());
}

TEST_F(UnixSocketCheckTest, WaitsForAPlaceInAFullQueue) {
  const UnixSocket check{path_};
  (void)check(context_for(generous));  // takes the only place: nothing accepts

  EXPECT_THAT(check(context_for(100ms)), IsFail(HasSubstr("doesn't accept connections: no answer within")));
  std::jthread accepter{[&] { close(accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)); }};
  EXPECT_THAT(check(context_for(generous)), IsPass());
}

TEST_F(UnixSocketCheckTest, FailsWithoutAServer) {
  EXPECT_THAT(UnixSocket{"/no/such.sock"}(context_for(generous)), IsFail("/no/such.sock: No such file or directory"));
  EXPECT_THAT(UnixSocket{"@vitals-no-such-name"}(context_for(generous)), IsFail(HasSubstr("Connection refused")));
}

TEST_F(UnixSocketCheckTest, RefusesWhatIsNoPath) {
  EXPECT_THROW(UnixSocket{""}, std::invalid_argument);
  EXPECT_THROW(UnixSocket{std::string(108, 'x')}, std::invalid_argument);
}

}  // namespace
