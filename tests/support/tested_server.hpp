#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <vitals/registry.hpp>
#include <vitals/server.hpp>

namespace vitals_test {

class AnyServer {
 public:
  AnyServer() = default;
  AnyServer(const AnyServer&) = delete;
  AnyServer& operator=(const AnyServer&) = delete;
  virtual ~AnyServer() = default;

  virtual void start() = 0;
  virtual void start(std::error_code& error) = 0;
  virtual void stop() noexcept = 0;
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
  [[nodiscard]] virtual vitals::LimitCounts limit_counts() const noexcept = 0;
};

template <class Server>
class ServerOf final : public AnyServer {
 public:
  ServerOf(vitals::HealthRegistry& health, vitals::HealthServerOptions options) : server_{health, std::move(options)} {}

  void start() override { server_.start(); }
  void start(std::error_code& error) override {
    if constexpr (requires { server_.start(error); })
      server_.start(error);
    else
      throw std::logic_error{"this server only throws"};
  }
  void stop() noexcept override { server_.stop(); }
  [[nodiscard]] std::uint16_t port() const noexcept override { return server_.port(); }
  [[nodiscard]] vitals::LimitCounts limit_counts() const noexcept override { return server_.limit_counts(); }

 private:
  Server server_;
};

/// Each program links one definition: own_server.cpp, server_on_host.cpp or server_on_fake_host.cpp.
std::unique_ptr<AnyServer> make_tested_server(vitals::HealthRegistry& health, vitals::HealthServerOptions options);

/// The server in the tests of requests and connections. These tests are compiled once, for every kind of server.
class TestedServer {
 public:
  explicit TestedServer(vitals::HealthRegistry& health, vitals::HealthServerOptions options = {})
      : server_{make_tested_server(health, std::move(options))} {}

  void start() { server_->start(); }
  void start(std::error_code& error) { server_->start(error); }
  void stop() noexcept { server_->stop(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return server_->port(); }
  [[nodiscard]] vitals::LimitCounts limit_counts() const noexcept { return server_->limit_counts(); }

 private:
  std::unique_ptr<AnyServer> server_;
};

}  // namespace vitals_test
