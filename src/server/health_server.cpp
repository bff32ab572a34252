#include <utility>

#include <vitals/registry.hpp>
#include <vitals/server.hpp>

#include "server/server_core.hpp"

namespace vitals::inline v1 {

HealthServer::HealthServer(HealthRegistry& registry, HealthServerOptions options)
    : core_{std::make_shared<detail::ServerCore>(detail::state_of(registry), std::move(options))} {}

HealthServer::~HealthServer() {
  if (!core_->in_another_process()) return;
  core_->stop();
  detail::leak(std::move(core_));
}

void HealthServer::start() { core_->start(); }

void HealthServer::start(std::error_code& error) {
  error.clear();
  try {
    core_->start();
  } catch (const std::system_error& failure) {
    error = failure.code();
  }
}

void HealthServer::stop() noexcept { core_->stop(); }

std::uint16_t HealthServer::port() const noexcept { return core_->port(); }

LimitCounts HealthServer::limit_counts() const noexcept { return core_->limit_counts(); }

}  // namespace vitals::inline v1
