// A check, a listener and a log function may stop the server that they belong to.

#include <functional>
#include <memory>
#include <system_error>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/descriptors.hpp"
#include "support/ending_log.hpp"
#include "support/probe.hpp"

namespace vitals::test {
namespace {

HealthServerOptions on_a_free_port() { return {.address = "127.0.0.1", .port = 0}; }

TEST(ServerReentryTest, ACheckMayStopTheServer) {
  HealthRegistry health;
  HealthServer server{health, on_a_free_port()};
  Gate stopped;
  health.add_readiness_check("fatal", [&] {
    server.stop();
    stopped.open();
  });

  server.start();
  stopped.wait();

  EXPECT_EQ(server.port(), 0);
}

TEST(ServerReentryTest, AListenerMayStopTheServer) {
  HealthRegistry health;
  HealthServer server{health, on_a_free_port()};
  Gate stopped;
  const auto subscription = health.on_change([&](const HealthEvent&) {
    server.stop();
    stopped.open();
  });
  health.add_readiness_check("database", [] { return true; });

  server.start();
  stopped.wait();

  EXPECT_EQ(server.port(), 0);
}

class LogReentryTest : public testing::Test {
 protected:
  HealthServerOptions options() {
    auto options = on_a_free_port();
    options.log = vitals_test::EndingLog{at_end_};
    return options;
  }

  HealthRegistry health_;
  vitals_test::EndingLog::AtEnd at_end_ = std::make_shared<std::function<void()>>();
  int ended_ = 0;
};

TEST_F(LogReentryTest, TheEndOfALogMayStopTheServerThatStops) {
  HealthServer server{health_, options()};
  server.start();
  *at_end_ = [&] {
    server.stop();
    ++ended_;
  };

  server.stop();

  EXPECT_GT(ended_, 0);
  *at_end_ = nullptr;
}

TEST_F(LogReentryTest, TheEndOfALogMayStopTheServerThatFailsToStart) {
  HealthServer server{health_, options()};
  *at_end_ = [&] {
    server.stop();
    ++ended_;
  };

  {
    const vitals_test::LastDescriptor taken;
    EXPECT_THROW(server.start(), std::system_error);
  }

  EXPECT_GT(ended_, 0);
  *at_end_ = nullptr;
  server.start();
  EXPECT_NE(server.port(), 0);
}

}  // namespace
}  // namespace vitals::test
