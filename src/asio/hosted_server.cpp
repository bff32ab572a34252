#include <utility>

#include <vitals/asio.hpp>
#include <vitals/registry.hpp>

#include "asio/hosted_core.hpp"

namespace vitals::inline v1 {

HostedServer::HostedServer(detail::ThisBoost, boost::asio::any_io_executor host, HealthRegistry& registry,
                           HealthServerOptions options)
    : core_{detail::HostedCore::make(host, detail::state_of(registry), std::move(options))} {}

HostedServer::~HostedServer() {
  core_->stop();
  if (core_->in_another_process()) detail::leak(std::move(core_));
}

void HostedServer::start() { core_->start(); }

void HostedServer::start(std::error_code& error) {
  error.clear();
  try {
    core_->start();
  } catch (const std::system_error& failure) {
    error = failure.code();
  }
}

void HostedServer::stop() noexcept { core_->stop(); }

std::uint16_t HostedServer::port() const noexcept { return core_->port(); }

LimitCounts HostedServer::limit_counts() const noexcept { return core_->limit_counts(); }

}  // namespace vitals::inline v1
