#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace vitals_test {

/// A request: which server, and what it asks for.
struct Question {
  /// A port of 127.0.0.1, or "unix:/path".
  std::string where;
  std::string target = "/";
  /// The value of Accept; empty: none.
  std::string accept;
  /// Asks the server to close the connection after its answer.
  bool last = false;

  [[nodiscard]] std::string bytes() const;
};

/// One blocking connection.
///
/// @throws std::system_error  from every function, on any error, and when a step takes longer than the time limit.
class Connection {
 public:
  /// @param where  As in a Question.
  Connection(const std::string& where, std::chrono::microseconds limit);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  void send(std::string_view bytes);
  /// Reads one complete answer: its head, and as many bytes as Content-Length says.
  /// @returns The status.
  int receive();
  /// Reads until the server closes the connection.
  void wait_for_end();
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  /// Returns false, with errno set, if it can't connect.
  bool connect_to(const std::string& where);
  std::size_t read_some();

  int socket_ = -1;
  std::string input_;
};

/// A port without a listener.
int free_port();

}  // namespace vitals_test
