#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>

namespace vitals_test {

/// A real PostgreSQL in a temporary folder, on a free port of 127.0.0.1 and a socket in that folder.
///
/// The role is `app` with the password `password()`, the database `postgres`. Started by root, the server runs as the
/// user `postgres` (or `nobody`). It ends with the object, and with the test process if that dies.
class PostgresServer {
 public:
  /// False where there are no server programs to be found; tests are skipped then.
  static bool available();
  static std::string password() { return "hunter2-Secr3t"; }

  /// Initialises the database and starts the server.
  PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  /// Starts it again on the same port, and waits until it takes connections.
  void start();
  /// Ends it and its connections at once, and waits for that.
  void stop();
  /// Starts it again as a hot standby, which follows nobody until it is promoted.
  void demote();
  /// Starts it again with TLS, and a certificate of its own for the host of that name.
  /// @returns The certificate's file.
  std::string certify(const std::string& name);
  /// Stops (SIGSTOP) all its processes: connections are still taken, by the kernel, but nobody answers.
  void freeze();
  void thaw();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// The folder of the socket, as libpq takes it for a host.
  [[nodiscard]] std::string socket_folder() const { return folder_.string(); }
  /// A connection URI; by default with the right password.
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
