#include "checks/mysql_relay.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <mysql.h>

#include "checks/connect.hpp"
#include "checks/mysql_connection.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using Buffer = std::array<char, 16384>;

/// Never a standard stream's number, even if the application has closed that stream.
StreamSocket above_standard_streams(int fd) {
  return StreamSocket::adopt(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

}  // namespace

MySqlRelay::~MySqlRelay() { send_rest(); }

void MySqlRelay::begin(const char* phase, RunLimit::Time until) {
  phase_ = phase;
  until_ = until;
  has_answered_ = false;
  allow_more();
}

void MySqlRelay::allow_more() noexcept { allowed_ = mysql_most_bytes; }

std::string MySqlRelay::serve(int library_fd, int waits_for) {
  if (library_.fd() < 0)
    if (auto problem = take(library_fd); !problem.empty()) return problem;
  if (auto problem = send_all(); !problem.empty()) return problem;
  if ((waits_for & MYSQL_WAIT_READ) == 0) return {};
  if (received_.empty())
    if (auto problem = receive(); !problem.empty()) return problem;
  const auto sent = ::send(library_.fd(), received_.data(), received_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return lost(errno);
  received_.erase(0, static_cast<std::size_t>(sent));
  return {};
}

void MySqlRelay::reset() const noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (server_.fd() >= 0) ::setsockopt(server_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string MySqlRelay::unexpected(const std::string& why) const {
  return "unexpected answer of " + peer_ + " during the " + phase_ + ": " + (why.empty() ? "" : why + ", ") +
         quoted(last_);
}

std::string MySqlRelay::take(int library_fd) {
  server_ = above_standard_streams(library_fd);
  if (server_.fd() < 0) return none(errno);
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) return none(errno);
  const auto theirs = StreamSocket::adopt(pair[0]);
  const auto ours = StreamSocket::adopt(pair[1]);
  library_ = above_standard_streams(ours.fd());
  if (library_.fd() < 0 || ::dup3(theirs.fd(), library_fd, O_CLOEXEC) < 0) return none(errno);
  if (auto problem = wait(POLLOUT, "no connection to " + peer_); !problem.empty()) return problem;
  const int error = connect_error(server_.fd());
  return error == 0 ? std::string{} : none(error);
}

std::string MySqlRelay::send_all() {
  Buffer buffer;
  for (;;) {
    const auto count = ::recv(library_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return {};
    std::string_view text{buffer.data(), static_cast<std::size_t>(count)};
    while (!text.empty()) {
      const auto sent = ::send(server_.fd(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (auto problem = wait(POLLOUT, peer_ + " doesn't take the " + phase_); !problem.empty()) return problem;
      } else if (errno != EINTR) {
        return lost(errno);
      }
    }
  }
}

std::string MySqlRelay::receive() {
  Buffer buffer;
  for (;;) {
    // Checked before each read, because the server may never stop sending.
    if (auto problem = wait(POLLIN, unanswered()); !problem.empty()) return problem;
    if (allowed_ == 0) return unexpected("more than " + std::to_string(mysql_most_bytes) + " bytes");
    const auto count = ::recv(server_.fd(), buffer.data(), std::min(allowed_, buffer.size()), MSG_DONTWAIT);
    if (count > 0) {
      received_.assign(buffer.data(), static_cast<std::size_t>(count));
      last_ = received_;
      has_answered_ = true;
      allowed_ -= received_.size();
      return {};
    }
    if (count == 0) return peer_ + " closed the connection during the " + phase_ + " after " + watch_.text();
    if (errno != EAGAIN && errno != EINTR) return lost(errno);
  }
}

/// The farewell, which the server needn't take.
void MySqlRelay::send_rest() const noexcept {
  Buffer buffer;
  if (library_.fd() < 0) return;
  const auto count = ::recv(library_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) ::send(server_.fd(), buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::string MySqlRelay::wait(short events, const std::string& if_late) const {
  const auto wake = limit_.wait(server_.fd(), events, until_);
  if (wake == RunLimit::Wake::ready && std::chrono::steady_clock::now() < until_) return {};
  return if_late + (limit_.is_over() ? ": " + limit_.message() : " after " + watch_.text());
}

std::string MySqlRelay::unanswered() const {
  return peer_ + (has_answered_ ? " doesn't end its answer during the " : " doesn't answer during the ") + phase_;
}

std::string MySqlRelay::late() const { return unanswered() + ": " + limit_.message(); }

std::string MySqlRelay::none(int error) const { return not_connected(peer_, error) + " after " + watch_.text(); }

std::string MySqlRelay::lost(int error) const {
  return "the connection to " + peer_ + " was lost during the " + phase_ + ": " +
         std::generic_category().message(error) + " after " + watch_.text();
}

}  // namespace detail
}  // namespace vitals::inline v1
