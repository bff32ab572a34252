#include "health.hpp"

#include <vitals/vitals.hpp>

struct Health::Parts {
  vitals::HealthRegistry registry;
  vitals::PushedCheck ready{vitals::CheckResult::fail("starting")};
  vitals::HealthServer server{registry, {.port = 0}};
};

Health::Health() : parts_{std::make_unique<Parts>()} {
  parts_->registry.add_readiness_check("application", parts_->ready);
  parts_->server.start();
}

Health::~Health() = default;

std::uint16_t Health::port() const { return parts_->server.port(); }

void Health::set_ready(bool ready) {
  parts_->ready.set(ready ? vitals::CheckResult::pass() : vitals::CheckResult::fail("not ready"));
}
