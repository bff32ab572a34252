#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace vitals_test {

/// A real HAProxy before servers of this machine, on a free port of 127.0.0.1. It is killed with the object.
///
/// It asks each server's health port every 100 ms, and one answer turns it.
class Haproxy {
 public:
  struct Server {
    std::uint16_t port = 0;
    std::uint16_t health_port = 0;
    std::string unix_path = {};  ///< Instead of both ports; one that begins with '@' is a name.
    std::string options = {};    ///< More words of its line, such as "check-send-proxy".
  };
  struct Options {
    std::string mode = "http";         ///< Or "tcp": connections are passed through as they are.
    std::string retries = "0";         ///< Nothing that a server loses is masked.
    bool redispatch = false;           ///< A retry may go to another server.
    std::string check = "GET /ready";  ///< What it asks, as in `option httpchk`.
    bool disable_on_404 = false;       ///< A server that answers 404 gets no new sessions, and keeps those it has.
  };

  /// Between two questions for its statistics, which cost it more than a request.
  static constexpr std::chrono::milliseconds pause{10};

  /// False where it isn't installed; tests are skipped then.
  static bool available() { return std::filesystem::exists(executable); }

  Haproxy(const std::vector<Server>& servers, const Options& options);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Whether it comes to have the server in that state, "UP", "DOWN" or "NOLB".
  [[nodiscard]] bool sees(std::size_t server, const std::string& state) const;
  /// How many requests, or connections in the mode tcp, the server got from it.
  [[nodiscard]] std::size_t sessions(std::size_t server) const;
  /// How many of them the server hasn't answered yet.
  [[nodiscard]] std::size_t in_flight(std::size_t server) const;
  /// What it says of requests that failed.
  [[nodiscard]] std::string log() const { return program_->output() + program_->errors(); }

 private:
  static constexpr const char* executable = "/usr/sbin/haproxy";

  [[nodiscard]] std::string statistic(std::size_t server, const std::string& field) const;

  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Program> program_;
};

}  // namespace vitals_test
