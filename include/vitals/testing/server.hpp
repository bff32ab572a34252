#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>

#include <vitals/export.hpp>
#include <vitals/registry.hpp>
#include <vitals/server.hpp>
#include <vitals/testing/fetch.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace test {

/// A HealthServer on a free port of 127.0.0.1 that runs as long as this object exists.
///
/// @code
/// vitals::test::Server server{health};
/// EXPECT_EQ(server.fetch("/ready").status, 200);
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Keeps the registry's state alive.
class VITALS_EXPORT Server {
 public:
  /// @param options  The address and the port are replaced.
  /// @throws std::system_error  if it can't listen.
  explicit Server(HealthRegistry& registry, HealthServerOptions options = {});

  /// The port it listens on; after stop(), the port it listened on.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// fetch() from this server.
  [[nodiscard]] FetchResult fetch(Text target, FetchOptions options = {}) const;

  /// As HealthServer::stop().
  void stop() noexcept { server_.stop(); }

 private:
  HealthServer server_;
  std::uint16_t port_ = 0;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
