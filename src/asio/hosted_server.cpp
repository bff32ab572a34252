#include <utility>

#include <vitals/asio.hpp>
#include <vitals/registry.hpp>

#include "asio/hosted_core.hpp"

namespace vitals::inline v1 {

HostedServer::HostedServer(detail::BoostVersion<BOOST_VERSION>, boost::asio::any_io_executor host,
                           HealthRegistry& registry, HealthServerOptions options)
    : core_{detail::HostedCore::make(host, detail::state_of(registry), std::move(options))} {}

HostedServer::~HostedServer() { core_->stop(); }

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

boost::asio::any_io_executor HostedServer::executor_of(const detail::HostedCore& core) { return core.host(); }

void HostedServer::drain(const std::shared_ptr<detail::HostedCore>& core, Duration duration,
                         std::function<void()> done) {
  core->drain(duration, std::move(done));
}

}  // namespace vitals::inline v1
