#include "probe/ask.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most = 65536;

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

Address ipv4(const std::string& address, std::uint16_t port) {
  Address made;
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &name.sin_addr) != 1) return {};
  std::memcpy(&made.storage, &name, made.size = sizeof name);
  return made;
}

Address ipv6(const std::string& address, std::uint16_t port) {
  Address made;
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, address.c_str(), &name.sin6_addr) != 1) return {};
  std::memcpy(&made.storage, &name, made.size = sizeof name);
  return made;
}

Address unix_socket(const std::string& path) {
  Address made;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(name.sun_path), sizeof name.sun_path - 1);
  const bool is_abstract = path.front() == '@';
  if (is_abstract) name.sun_path[0] = '\0';
  std::memcpy(&made.storage, &name, sizeof name);
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
  return made;
}

/// One connection, within a time limit.
class Exchange {
 public:
  explicit Exchange(std::chrono::milliseconds timeout) : end_{Clock::now() + timeout} {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { close(); }

  bool connect(const Address& address) {
    close();
    fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return fail(errno);
    // A UNIX socket whose queue is full says EAGAIN, and has no event for a free place.
    while (::connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
      if (errno == EINPROGRESS) return wait(POLLOUT) && is_connected();
      if (errno != EAGAIN) return fail(errno);
      if (!pause()) return false;
    }
    return true;
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent >= 0)
        text.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno == EAGAIN ? !wait(POLLOUT) : errno != EINTR && !fail(errno))
        return false;
    }
    return true;
  }

  /// Reads to the end of the connection, or 64 KiB.
  bool receive(std::string& text) {
    std::array<char, 4096> buffer{};
    while (text.size() < most) {
      const auto count = ::recv(fd_, buffer.data(), std::min(buffer.size(), most - text.size()), 0);
      if (count == 0) return true;
      if (count > 0)
        text.append(buffer.data(), static_cast<std::size_t>(count));
      else if (errno == EAGAIN ? !wait(POLLIN) : errno != EINTR && !fail(errno))
        return false;
      if (Clock::now() >= end_) return fail(ETIMEDOUT);
    }
    return true;
  }

  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  bool fail(int error) noexcept {
    error_ = error;
    return false;
  }
  bool is_connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 || fail(error);
  }
  bool wait(short events) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
      if (left.count() <= 0) return fail(ETIMEDOUT);
      pollfd entry{fd_, events, 0};
      const int count = ::poll(&entry, 1, static_cast<int>(left.count()));
      if (count > 0) return true;
      if (count < 0 && errno != EINTR) return fail(errno);
    }
  }
  bool pause() {
    ::poll(nullptr, 0, 10);
    return Clock::now() < end_ || fail(ETIMEDOUT);
  }
  void close() noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  const Clock::time_point end_;
  int fd_ = -1;
  int error_ = 0;
};

bool connect(Exchange& exchange, const ProbeTarget& target) {
  if (target.address.empty()) return exchange.connect(unix_socket(target.unix_path));
  std::uint16_t port = 0;
  std::from_chars(target.port.data(), target.port.data() + target.port.size(), port);
  if (target.address == "localhost")  // without IPv6 the error is that of IPv4
    return exchange.connect(ipv4("127.0.0.1", port)) || exchange.connect(ipv6("::1", port)) ||
           (exchange.error() == EAFNOSUPPORT && exchange.connect(ipv4("127.0.0.1", port)));
  const auto address = ipv4(target.address, port);
  return exchange.connect(address.size != 0 ? address : ipv6(target.address, port));
}

/// HTTP/1.0: the answer ends with the connection.
std::string request(const ProbeArguments& arguments) {
  const auto& path = arguments.target.path;
  std::string text = "GET " + path;
  if (arguments.verbose) text += path.find('?') == path.npos ? "?verbose" : "&verbose";
  return text + " HTTP/1.0\r\nConnection: close\r\nHost: " + arguments.target.host +
         "\r\nUser-Agent: vitals-probe\r\n" + arguments.headers + "\r\n";
}

/// https://www.rfc-editor.org/rfc/rfc9112#section-4
int status_of(std::string_view answer) {
  constexpr std::string_view begin = "HTTP/1.";
  constexpr std::size_t at = begin.size() + 2;
  int status = 0;
  if (!answer.starts_with(begin) || answer.size() < at + 3 || answer[at - 1] != ' ') return 0;
  const auto [end, error] = std::from_chars(answer.data() + at, answer.data() + at + 3, status);
  return error == std::errc{} && end == answer.data() + at + 3 && status >= 100 ? status : 0;
}

std::string problem_of(int error, const char* step) {
  if (error == ETIMEDOUT) return std::string{"timed out "} + step;
  if (error == ECONNREFUSED) return "connection refused";
  return std::generic_category().message(error) + ' ' + step;
}

}  // namespace

ProbeAnswer ask(const ProbeArguments& arguments) {
  Exchange exchange{arguments.timeout};
  if (!connect(exchange, arguments.target)) return {.problem = problem_of(exchange.error(), "while connecting")};
  if (!exchange.send(request(arguments))) return {.problem = problem_of(exchange.error(), "while asking")};
  std::string text;
  if (!exchange.receive(text)) return {.problem = problem_of(exchange.error(), "while waiting for the answer")};
  const auto end_of_head = text.find("\r\n\r\n");
  const int status = status_of(text);
  if (status == 0 || end_of_head == text.npos) return {.problem = text.empty() ? "no answer" : "the answer isn't HTTP"};
  return {.status = status, .body = text.substr(end_of_head + 4)};
}

}  // namespace detail
}  // namespace vitals::inline v1
