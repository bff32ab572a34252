#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <vitals/registry.hpp>
#include <vitals/server.hpp>

#include "core/scheduler_lease.hpp"
#include "server/acceptor.hpp"
#include "server/server_metrics.hpp"
#include "support/fake_host.hpp"

namespace vitals_test {

/// A server on a FakeHost whose turns a thread drives as fast as descriptors become ready: for tests that know a server
/// only by its address.
class ServerOnFakeHost {
 public:
  explicit ServerOnFakeHost(vitals::HealthRegistry& health, vitals::HealthServerOptions options = {})
      : state_{vitals::detail::state_of(health)},
        options_{std::move(options)},
        answers_{state_, options_.endpoint, vitals::detail::metrics_routes(options_, counts_, limits_)} {}
  ServerOnFakeHost(const ServerOnFakeHost&) = delete;
  ServerOnFakeHost& operator=(const ServerOnFakeHost&) = delete;
  ~ServerOnFakeHost() { stop(); }

  void start() {
    auto socket = vitals::detail::listen_or_throw(options_);
    port_ = socket.port;
    limits_.set_name(vitals::detail::server_name(options_.address, port_));
    lease_ = std::make_unique<vitals::detail::SchedulerLease>(state_, options_.log);
    host_ = std::make_shared<FakeHost>(&now);
    service_ = std::make_shared<vitals::detail::Service>(host_, answers_, limits_, counts_, options_,
                                                         [this](std::string line) { lease_->log(std::move(line)); });
    acceptor_ = std::make_unique<vitals::detail::Acceptor>(service_, std::move(socket));
    acceptor_->start();
    stopping_ = false;
    thread_ = std::thread{[this] {
      while (!stopping_) host_->turn(std::chrono::milliseconds{1});
    }};
  }
  void stop() noexcept {
    if (!thread_.joinable()) return;
    stopping_ = true;
    thread_.join();
    acceptor_->close();
    host_->close();
    lease_->release();
    port_ = 0;
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] vitals::LimitCounts limit_counts() const noexcept { return limits_.counts(); }

 private:
  static vitals::SteadyTime now() noexcept { return std::chrono::steady_clock::now(); }

  std::shared_ptr<vitals::detail::RegistryState> state_;
  vitals::HealthServerOptions options_;
  vitals::detail::Limits limits_;
  vitals::detail::RequestCounts counts_;
  vitals::detail::Answers answers_;
  std::shared_ptr<FakeHost> host_;
  std::unique_ptr<vitals::detail::SchedulerLease> lease_;
  std::shared_ptr<vitals::detail::Service> service_;
  std::unique_ptr<vitals::detail::Acceptor> acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace vitals_test
