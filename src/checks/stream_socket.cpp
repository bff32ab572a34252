#include "checks/stream_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Never a standard stream's number, even if the application has closed that stream.
int open_socket(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return moved;
}

std::string lost(const Connected& connection, int error) {
  auto why = connection.layer ? connection.layer->problem() : std::string{};
  if (why.empty()) why = std::generic_category().message(error);
  return "the connection to " + connection.peer + " was lost: " + why;
}

short wanted(const Connected& connection, short plain) { return connection.layer ? connection.layer->wants() : plain; }

}  // namespace

std::string send_all(const Connected& connection, std::string_view text, const RunLimit& limit) {
  const int fd = connection.socket.fd();
  while (!text.empty()) {
    const auto sent =
        connection.layer ? connection.layer->send(text) : ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (limit.wait(fd, wanted(connection, POLLOUT)) != RunLimit::Wake::ready)
        return connection.peer + " doesn't take what is sent: " + limit.message();
    } else if (errno != EINTR) {
      return lost(connection, errno);
    }
  }
  return {};
}

Received receive_some(const Connected& connection, std::string& answer, std::size_t most, const RunLimit& limit) {
  std::array<char, 4096> buffer{};
  const auto late = [&]() -> Received {
    return {.event = Received::Event::late, .problem = connection.peer + " doesn't answer: " + limit.message()};
  };
  for (;;) {
    if (limit.is_over()) return late();  // of a peer that sends without a pause, too
    const auto size = std::min(most, buffer.size());
    const auto count = connection.layer ? connection.layer->receive(buffer.data(), size)
                                        : ::recv(connection.socket.fd(), buffer.data(), size, 0);
    if (count > 0) {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
      return {};
    }
    if (count == 0) return {.event = Received::Event::end};
    if (errno == EAGAIN) {
      if (limit.wait(connection.socket.fd(), wanted(connection, POLLIN)) != RunLimit::Wake::ready) return late();
    } else if (errno != EINTR) {
      return {.event = Received::Event::lost, .problem = lost(connection, errno)};
    }
  }
}

std::string receive(const Connected& connection, std::string& answer, std::size_t most, const RunLimit& limit) {
  auto [event, problem] = receive_some(connection, answer, most, limit);
  if (event == Received::Event::end) return connection.peer + " closed the connection after " + quoted(answer);
  if (event == Received::Event::late && !answer.empty()) problem += " but " + quoted(answer);
  return problem;
}

StreamSocket::StreamSocket(int family) : fd_{open_socket(family)} {
  if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "socket"};
}

StreamSocket::~StreamSocket() {
  if (fd_ >= 0) ::close(fd_);
}

std::string exchange(const Connected& connection, std::string_view send, std::string_view expect,
                     const RunLimit& limit) {
  if (auto problem = send_all(connection, send, limit); !problem.empty()) return problem;
  std::string answer;
  while (answer.size() < expect.size()) {
    if (auto problem = receive(connection, answer, expect.size() - answer.size(), limit); !problem.empty())
      return problem;
    if (!expect.starts_with(answer))
      return "unexpected answer of " + connection.peer + ": " + quoted(answer) + ", expected " + quoted(expect);
  }
  return {};
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 64;
  std::string out = "\"";
  for (const char c : text.substr(0, most)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > most ? "...\"" : "\"");
}

}  // namespace detail
}  // namespace vitals::inline v1
