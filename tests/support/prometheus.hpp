#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "support/program.hpp"

namespace vitals_test {

/// A real Prometheus on a free port of 127.0.0.1, which scrapes the /metrics of one port every 200 ms as the job
/// "notes". It is killed with the object.
class Prometheus {
 public:
  /// False where it isn't installed; tests are skipped then.
  static bool available() { return std::filesystem::exists(executable); }

  explicit Prometheus(std::uint16_t scraped);

  /// What its query API returns: the value of the one series that a query selects, empty if there is none or several.
  [[nodiscard]] std::string value(const std::string& query) const;
  /// Whether the query comes to have that value.
  [[nodiscard]] bool sees(const std::string& query, const std::string& value) const;
  [[nodiscard]] std::string log() const { return program_->output() + program_->errors(); }
  /// Ends it as its operator does; the exit status.
  int stop();

 private:
  static constexpr const char* executable = "/usr/bin/prometheus";

  TemporaryFolder folder_;
  std::unique_ptr<Program> program_;
  std::uint16_t port_ = 0;
};

}  // namespace vitals_test
