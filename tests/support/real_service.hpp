#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/eventually.hpp"
#include "support/program.hpp"
#include "support/reserved_port.hpp"
#include "support/tampering_proxy.hpp"

namespace vitals_test {

/// A real server on a port of 127.0.0.1, which it keeps. It runs from its construction on, and ends with the object.
class RealService {
 public:
  RealService() = default;
  RealService(const RealService&) = delete;
  RealService& operator=(const RealService&) = delete;
  virtual ~RealService() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Starts it again, and waits until it accepts connections.
  virtual void start() = 0;
  /// Ends it at once, with all its connections.
  virtual void stop() = 0;
  /// The kernel still completes connections, but nothing answers.
  virtual void freeze() = 0;
  virtual void thaw() = 0;
};

/// One that is a single process.
class ProgramService : public RealService {
 public:
  /// @returns The arguments for this port and folder.
  using Arguments =
      std::function<std::vector<std::string>(const std::string& port, const std::filesystem::path& folder)>;

  ProgramService(std::string executable, Arguments arguments)
      : executable_{std::move(executable)}, arguments_{std::move(arguments)} {
    start();
  }
  ~ProgramService() override { stop(); }

  [[nodiscard]] std::uint16_t port() const override { return port_.number(); }
  void start() override {
    program_.emplace(executable_, arguments_(std::to_string(port()), folder_.path()), folder_.path());
    if (!eventually([&] { return accepts(); })) throw std::runtime_error{executable_ + ": " + program_->errors()};
  }
  void stop() final {
    if (!program_) return;
    program_->signal(SIGTERM);  // it may have to end processes of its own
    program_->wait();
    program_.reset();
  }
  void freeze() override { program_->signal(SIGSTOP); }
  void thaw() override { program_->signal(SIGCONT); }

 private:
  [[nodiscard]] bool accepts() const {
    try {
      const Upstream connection{port()};
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  const std::string executable_;
  const Arguments arguments_;
  const TemporaryFolder folder_;
  const ReservedPort port_;
  std::optional<Program> program_;
};

inline std::vector<std::string> memcached_arguments(const std::string& port, const std::filesystem::path& /*folder*/) {
  return {"-l", "127.0.0.1", "-p", port, "-U", "0", "-u", "root"};
}

inline std::vector<std::string> redis_arguments(const std::string& port, const std::filesystem::path& /*folder*/) {
  return {"--port", port, "--bind",       "127.0.0.1", "--requirepass", "s3cr3t",
          "--save", "",   "--appendonly", "no",        "--daemonize",   "no"};
}

}  // namespace vitals_test
