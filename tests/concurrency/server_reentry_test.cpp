// A check and a listener may stop the server that runs them.

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

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

}  // namespace
}  // namespace vitals::test
