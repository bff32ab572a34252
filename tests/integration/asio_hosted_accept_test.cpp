// What a server does when accept() fails: the test runs the loop one handler at a time, and chooses accept()'s errors.

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include <gmock/gmock.h>

#include "support/hosted_server_fixture.hpp"
#include "support/log.hpp"

namespace vitals_test {
namespace {

std::atomic<int> error = 0;     // the error of each call; 0: none
std::atomic<int> failures = 0;  // the number of calls that have failed

}  // namespace
}  // namespace vitals_test

// Replaces the C library's function.
extern "C" int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
  if (vitals_test::error != 0) {
    ++vitals_test::failures;
    errno = vitals_test::error;
    return -1;
  }
  using Accept = int (*)(int, sockaddr*, socklen_t*, int);
  static const auto accept = reinterpret_cast<Accept>(dlsym(RTLD_NEXT, "accept4"));
  return accept(listener, address, size, flags);
}

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class HostedAcceptTest : public HostedServerFixture {
 protected:
  void SetUp() override {
    failures = 0;
    server_.start();
  }
  void TearDown() override {
    error = 0;
    server_.stop();
    HostedServerFixture::TearDown();
  }
  vitals::HealthServerOptions logged() const {
    auto options = local();
    options.log = log_;
    return options;
  }
  /// A client that sends a request while accept() fails.
  HttpClient ask_while_it_fails(int with) {
    error = with;
    HttpClient client{server_.port()};
    client.send(get_healthz);
    return client;
  }
  /// Runs handlers until the server waits before its next accept().
  void run_until_it_backs_off() {
    for (int turn = 0; turn < 1000 && server_.limit_counts().not_accepted == 0; ++turn) io_.run_one_for(1s);
    EXPECT_EQ(server_.limit_counts().not_accepted, 1U);
  }

  const Log log_ = {};
  vitals::HostedServer server_{io_, health_, logged()};
};

TEST_F(HostedAcceptTest, BacksOffFromTheFirstErrorThatIsNotKnownToPass) {
  auto client = ask_while_it_fails(EPERM);

  run_until_it_backs_off();

  EXPECT_EQ(failures, 1);
  error = 0;
  run_loop();
  EXPECT_EQ(client.read_response().status, 200);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("Operation not permitted; trying again every 100 ms")));
}

TEST_F(HostedAcceptTest, BacksOffFromAnErrorThatShouldPassAndDoesNot) {
  auto client = ask_while_it_fails(ECONNABORTED);

  run_until_it_backs_off();

  EXPECT_EQ(failures, 64);
  error = 0;
  run_loop();
  EXPECT_EQ(client.read_response().status, 200);
}

}  // namespace
}  // namespace vitals_test
