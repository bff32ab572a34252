#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace vitals_test {

/// What is asked of a server, and how.
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
/// @throws std::system_error  from every function, on any trouble, and when a step takes longer than the time limit.
class Connection {
 public:
  /// @param where  As in a Question.
  Connection(const std::string& where, std::chrono::microseconds limit);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  void send(std::string_view bytes);
  /// Reads one whole answer: its head and what Content-Length tells.
  /// @returns The status.
  int receive();
  /// Reads until the server closes.
  void wait_for_end();
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  /// False with errno.
  bool connect_to(const std::string& where);
  std::size_t read_some();

  int socket_ = -1;
  std::string input_;
};

/// A port that nobody listens on.
int free_port();

}  // namespace vitals_test
