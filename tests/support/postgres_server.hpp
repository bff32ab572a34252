#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace vitals_test {

/// A real PostgreSQL in a temporary folder, on a free port of 127.0.0.1 and on a socket in that folder.
///
/// The role is `app` with the password `password()`, the database `postgres`. If the tests run as root, the server runs
/// as the user `postgres` (or `nobody`). It is stopped with the object, and killed if the test process dies.
class PostgresServer {
 public:
  /// Whether server programs are installed; if not, tests are skipped.
  static bool available();
  static std::string password() { return "hunter2-Secr3t"; }

  /// Initialises the database and starts the server.
  PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// Starts it again on the same port, and waits until it accepts connections.
  void start();
  /// Stops it at once with all its connections, and waits until it has exited.
  void stop();
  /// Restarts it as a hot standby that follows no primary and is never promoted.
  void demote();
  /// Restarts it with TLS and a self-signed certificate for this host name.
  /// @returns The certificate's file.
  std::string certify(const std::string& name);
  /// Stops all its processes with SIGSTOP: the kernel still completes connections, but nothing answers.
  void freeze();
  void thaw();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The folder of the socket, in the form that libpq accepts as a host.
  [[nodiscard]] std::string socket_folder() const { return folder_.string(); }
  /// A connection URI, by default with the right password.
  [[nodiscard]] std::string url(const std::string& password = PostgresServer::password()) const;

 private:
  void initialise();
  bool try_start();
  [[nodiscard]] bool is_ready() const;

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  bool frozen_ = false;
  bool has_tls_ = false;
};

}  // namespace vitals_test
