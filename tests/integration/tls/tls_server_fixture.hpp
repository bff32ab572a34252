#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/tls.hpp>

#include "support/eventually.hpp"
#include "support/program.hpp"
#include "support/test_certificates.hpp"

namespace vitals_test {

/// A server with TLS on a free port of 127.0.0.1, with a readiness check.
class TlsServerTest : public testing::Test {
 protected:
  TlsServerTest() {
    health_.add_readiness_check("database", database_);
    authority_.issue().write_to(folder());
    std::ofstream{authority_file()} << authority_.certificate();
  }

  void start(vitals::HealthServerOptions options = {},
             vitals::ClientCertificate clients = vitals::ClientCertificate::none) {
    auto tls = tls_options();
    tls.client_certificate = clients;
    if (clients != vitals::ClientCertificate::none) tls.client_ca_file = authority_file();
    start_with(tls, std::move(options));
  }
  void start_with(const vitals::TlsOptions& tls, vitals::HealthServerOptions options = {}) {
    options.address = "127.0.0.1";
    options.port = 0;
    options.tls = vitals::tls(tls);
    options.log = [this](std::string_view line) {
      const std::lock_guard lock{log_mutex_};
      log_.append(line).append("\n");
    };
    server_ = std::make_unique<vitals::HealthServer>(health_, std::move(options));
    server_->start();
  }
  void stop() { server_->stop(); }

  [[nodiscard]] vitals::TlsOptions tls_options() const {
    return {.certificate_file = folder() / "tls.crt", .key_file = folder() / "tls.key"};
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] vitals::LimitCounts limit_counts() const { return server_->limit_counts(); }
  /// The log is written by another thread.
  void expect_log(std::string_view part) {
    const auto log = [this] {
      const std::lock_guard lock{log_mutex_};
      return log_;
    };
    EXPECT_TRUE(eventually([&] { return log().find(part) != std::string::npos; })) << log();
  }
  [[nodiscard]] vitals::HealthRegistry& health() noexcept { return health_; }
  [[nodiscard]] const TestAuthority& authority() const noexcept { return authority_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] std::string authority_file() const { return folder() / "ca.crt"; }

  vitals::PushedCheck database_{vitals::CheckResult::pass()};

 private:
  const TemporaryFolder folder_;
  const TestAuthority authority_;
  std::mutex log_mutex_;
  std::string log_;
  vitals::HealthRegistry health_;
  std::unique_ptr<vitals::HealthServer> server_;
};

/// How often `part` occurs in `text`.
inline int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace vitals_test
