#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <vitals/asio.hpp>

namespace vitals_test {

/// A HostedServer and its host, an io_context, for tests that know a server only by its address. The environment
/// variable VITALS_TEST_HOST_THREADS is the number of threads that run the context, 1 by default.
class ServerOnHost {
 public:
  explicit ServerOnHost(vitals::HealthRegistry& health, vitals::HealthServerOptions options = {})
      : server_{io_, health, std::move(options)} {
    const char* const threads = std::getenv("VITALS_TEST_HOST_THREADS");
    for (int i = threads == nullptr ? 1 : std::atoi(threads); i > 0; --i) threads_.emplace_back([this] { io_.run(); });
  }
  ServerOnHost(const ServerOnHost&) = delete;
  ServerOnHost& operator=(const ServerOnHost&) = delete;
  ~ServerOnHost() {
    server_.stop();
    busy_.reset();
    for (auto& thread : threads_) thread.join();
  }

  void start() { server_.start(); }
  void stop() noexcept { server_.stop(); }
  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] vitals::LimitCounts limit_counts() const noexcept { return server_.limit_counts(); }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_{io_.get_executor()};
  vitals::HostedServer server_;
  std::vector<std::thread> threads_;
};

}  // namespace vitals_test
