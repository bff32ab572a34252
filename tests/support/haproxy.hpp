#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace vitals_test {

/// A real HAProxy in front of servers on this machine, on a free port of 127.0.0.1. It is killed with the object.
///
/// It probes each server's health port every 100 ms; one answer changes the server's state.
class Haproxy {
 public:
  struct Server {
    std::uint16_t port = 0;
    std::uint16_t health_port = 0;
    std::string unix_path = {};  ///< Replaces both ports; '@' begins an abstract name.
    std::string options = {};    ///< Appended to its `server` line, such as "check-send-proxy".
  };
  struct Options {
    std::string mode = "http";         ///< Or "tcp", which passes connections through.
    std::string retries = "0";         ///< No retry, so that no lost request is masked.
    bool redispatch = false;           ///< A retry may go to another server.
    std::string check = "GET /ready";  ///< The health check, as in `option httpchk`.
    bool disable_on_404 = false;       ///< A server that answers 404 gets no new sessions, and keeps those it has.
  };

  /// Between two requests for its statistics, which cost more CPU time than a forwarded request.
  static constexpr std::chrono::milliseconds pause{10};

  /// Whether HAProxy is installed; if not, tests are skipped.
  static bool available() { return std::filesystem::exists(executable); }

  Haproxy(const std::vector<Server>& servers, const Options& options);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Waits until HAProxy considers the server "UP", "DOWN" or "NOLB"; false if it doesn't.
  [[nodiscard]] bool sees(std::size_t server, const std::string& state) const;
  /// How many requests (in mode tcp: connections) HAProxy has forwarded to the server.
  [[nodiscard]] std::size_t sessions(std::size_t server) const;
  /// How many forwarded requests the server hasn't answered yet.
  [[nodiscard]] std::size_t in_flight(std::size_t server) const;
  /// What HAProxy has logged about failed requests.
  [[nodiscard]] std::string log() const { return program_->output() + program_->errors(); }

 private:
  static constexpr const char* executable = "/usr/sbin/haproxy";

  [[nodiscard]] std::string statistic(std::size_t server, const std::string& field) const;

  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace vitals_test
