#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <vitals/check_result.hpp>

#include "support/program.hpp"
#include "support/real_service.hpp"
#include "support/reserved_port.hpp"

namespace vitals_test {

/// A MariaDB server with the user `app`, whose password is "s3cr@t:/%". Its data are made once.
class MariaDbServer : public RealService {
 public:
  static constexpr auto program = "/usr/sbin/mariadbd";
  static constexpr auto credentials = "app:s3cr%40t%3A%2F%25@";

  MariaDbServer();

  [[nodiscard]] std::uint16_t port() const override { return reserved_.number(); }
  void start() override;
  void stop() override { running_.reset(); }
  void freeze() override;
  void thaw() override;

  [[nodiscard]] std::string url(const std::string& user = credentials, const std::string& database = {}) const;
  [[nodiscard]] vitals::CheckResult ask(const std::string& query, const std::optional<std::string>& expect = {}) const;
  [[nodiscard]] bool answers() const;
  /// Whether SHOW PROCESSLIST has only the connection that asks.
  [[nodiscard]] bool has_only_us() const;

 private:
  [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more) const;
  void initialise() const;

  TemporaryFolder folder_;
  ReservedPort reserved_;
  std::optional<Program> running_;
};

}  // namespace vitals_test
