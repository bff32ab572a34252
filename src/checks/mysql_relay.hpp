#pragma once

#include <cstddef>
#include <string>

#include "checks/run_limit.hpp"
#include "checks/stream_socket.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Passes bytes between libmariadb and the server.
///
/// libmariadb reads as long as bytes arrive, and keeps them all until a result has begun. So the relay takes its socket
/// and gives it one end of a socket pair under the same number. libmariadb gets only what the relay passes on.
class MySqlRelay {
 public:
  MySqlRelay(std::string peer, const RunLimit& limit) : peer_{std::move(peer)}, limit_{limit} {}
  MySqlRelay(const MySqlRelay&) = delete;
  MySqlRelay& operator=(const MySqlRelay&) = delete;
  ~MySqlRelay();

  /// Begins an operation: how long it may last, and what it is called in messages.
  void begin(const char* phase, RunLimit::Time until);
  /// Lets as many bytes come as at the beginning.
  void allow_more() noexcept;

  /// Passes on what libmariadb has written. If it waits for bytes, waits until there are some.
  ///
  /// @param library_fd  libmariadb's descriptor. Its socket is taken in the first call.
  /// @param waits_for   MYSQL_WAIT_READ, MYSQL_WAIT_WRITE.
  /// @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string serve(int library_fd, int waits_for);

  /// Makes the server notice at once that the connection has been given up.
  void reset() const noexcept;

  /// "unexpected answer of ...", with the last bytes that were received.
  [[nodiscard]] std::string unexpected(const std::string& why) const;
  /// The last bytes that were received.
  [[nodiscard]] const std::string& last() const noexcept { return last_; }
  /// What is said if the time is over.
  [[nodiscard]] std::string late() const;

 private:
  [[nodiscard]] std::string take(int library_fd);
  [[nodiscard]] std::string send_all();
  [[nodiscard]] std::string receive();
  void send_rest() const noexcept;
  /// Waits within the operation's time. @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string wait(short events, const std::string& if_late) const;
  [[nodiscard]] std::string lost(int error) const;
  [[nodiscard]] std::string none(int error) const;
  [[nodiscard]] std::string unanswered() const;

  const std::string peer_;
  const RunLimit& limit_;
  Stopwatch watch_;
  const char* phase_ = "";
  RunLimit::Time until_ = {};
  std::size_t allowed_ = 0;  ///< How many bytes may still come in this operation.
  bool has_answered_ = false;
  StreamSocket server_;
  StreamSocket library_;  ///< The other end of libmariadb's socket.
  std::string received_;  ///< What libmariadb hasn't got yet.
  std::string last_;
};

}  // namespace detail
}  // namespace vitals::inline v1
