#include "billing.hpp"

#include <vitals/vitals.hpp>

struct Billing::Parts {
  vitals::HealthRegistry health;
  vitals::HealthServer server{health, {.port = 0}};
};

Billing::Billing() : parts_{std::make_unique<Parts>()} {
  parts_->health.add_readiness_check("database", [] { return true; });
  parts_->server.start();
}

Billing::~Billing() = default;

std::uint16_t Billing::health_port() const { return parts_->server.port(); }
