#include "orders.hpp"

#include <vitals/vitals.hpp>

struct Orders::Parts {
  vitals::HealthRegistry health;
  vitals::HealthServer server{health, {.port = 0}};
};

Orders::Orders() : parts_{std::make_unique<Parts>()} {
  parts_->health.add_readiness_check("database", [] { return false; });
  parts_->server.start();
}

Orders::~Orders() = default;

std::uint16_t Orders::health_port() const { return parts_->server.port(); }
