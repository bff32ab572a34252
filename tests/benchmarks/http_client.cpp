#include "benchmarks/http_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vitals_test {
namespace {

constexpr std::string_view unix_scheme = "unix:";

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::system_category(), what}; }

sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::size_t content_length(std::string_view head) {
  static constexpr std::string_view name = "\r\nContent-Length:";
  for (std::size_t at = 0; at + name.size() < head.size(); ++at) {
    if (strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    auto value = head.substr(at + name.size());
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    return length;
  }
  return 0;
}

}  // namespace

std::string Question::bytes() const {
  const auto port = where.starts_with(unix_scheme) ? "" : ":" + where;
  std::string text = "GET " + target + " HTTP/1.1\r\nHost: localhost" + port + "\r\n";
  if (!accept.empty()) text += "Accept: " + accept + "\r\n";
  if (last) text += "Connection: close\r\n";
  return text + "\r\n";
}

Connection::Connection(const std::string& where, std::chrono::microseconds limit)
    : socket_{socket(where.starts_with(unix_scheme) ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (socket_ < 0) fail("socket");
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timeval time = {.tv_sec = seconds.count(), .tv_usec = (limit - seconds).count()};
  if (setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0 ||
      setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0 || !connect_to(where)) {
    const int error = errno;
    close(socket_);
    errno = error;
    fail("connect");
  }
}

bool Connection::connect_to(const std::string& where) {
  if (where.starts_with(unix_scheme)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    where.copy(address.sun_path, sizeof address.sun_path - 1, unix_scheme.size());
    return connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  const int on = 1;
  const auto address = loopback(std::atoi(where.c_str()));
  return setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
         connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Connection::Connection(Connection&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, input_{std::move(other.input_)} {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(input_, other.input_);
  return *this;
}

Connection::~Connection() {
  if (socket_ >= 0) close(socket_);
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t Connection::read_some() {
  std::array<char, 16384> piece;
  const auto size = recv(socket_, piece.data(), piece.size(), 0);
  if (size < 0) fail("recv");
  input_.append(piece.data(), static_cast<std::size_t>(size));
  return static_cast<std::size_t>(size);
}

int Connection::receive() {
  static constexpr std::string_view end_of_head = "\r\n\r\n";
  std::size_t end = std::string::npos;
  while ((end = input_.find(end_of_head)) == std::string::npos)
    if (read_some() == 0) throw std::system_error{ECONNRESET, std::system_category(), "no answer"};
  const auto whole = end + end_of_head.size() + content_length(std::string_view{input_}.substr(0, end + 2));
  while (input_.size() < whole)
    if (read_some() == 0) throw std::system_error{ECONNRESET, std::system_category(), "half an answer"};
  int status = 0;
  static constexpr std::size_t status_at = std::string_view{"HTTP/1.1 "}.size();
  std::from_chars(input_.data() + status_at, input_.data() + input_.size(), status);
  input_.erase(0, whole);
  return status;
}

void Connection::wait_for_end() {
  while (read_some() != 0) {
  }
}

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = listener >= 0 && bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!bound) fail("no free port");
  close(listener);
  return ntohs(address.sin_port);
}

}  // namespace vitals_test
