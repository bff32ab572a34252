#include "checks/connect.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr auto attempt_delay = 250ms;

/// An attempt that isn't over yet.
struct Attempt {
  StreamSocket socket;
  std::string peer;
};

/// If nobody listens on a local port, the kernel may choose that port as our source port: the socket then connects to
/// itself.
bool is_connected_to_itself(int fd) noexcept {
  sockaddr_storage ours{};
  sockaddr_storage theirs{};
  socklen_t size = sizeof ours;
  socklen_t their_size = sizeof theirs;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &size) == 0 &&
         ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &their_size) == 0 && size == their_size &&
         std::memcmp(&ours, &theirs, size) == 0;
}

/// Attempts to connect to one address after another.
class Attempts {
 public:
  Attempts(const std::vector<std::string>& addresses, std::uint16_t port, const RunLimit& limit)
      : addresses_{interleaved(addresses)}, port_{port}, limit_{limit} {}

  Connected run() {
    for (;;) {
      if (next_ < addresses_.size() && is_time_for_next()) begin_next();
      if (connected_.socket.fd() >= 0) return std::move(connected_);
      if (under_way_.empty() && next_ == addresses_.size()) return {.error = failures_};
      if (!under_way_.empty() && wait() != RunLimit::Wake::ready && limit_.is_over()) return {.error = late()};
    }
  }

 private:
  [[nodiscard]] bool is_time_for_next() const {
    return under_way_.empty() || std::chrono::steady_clock::now() >= next_at_;
  }

  void begin_next() {
    const auto& address = addresses_[next_++];
    next_at_ = std::chrono::steady_clock::now() + attempt_delay;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto peer = HostAndPort{address, port_}.text();
    if (::getaddrinfo(address.c_str(), std::to_string(port_).c_str(), &hints, &found) != 0) return fail(peer, EINVAL);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list{found, &::freeaddrinfo};
    try {
      StreamSocket socket{found->ai_family};
      if (::connect(socket.fd(), found->ai_addr, found->ai_addrlen) == 0)
        take({std::move(socket), peer});
      else if (errno == EINPROGRESS)
        under_way_.push_back({std::move(socket), peer});
      else
        fail(peer, errno);
    } catch (const std::system_error& error) {  // without IPv6, say; other addresses may work
      fail(peer, error.code().value());
    }
  }

  void take(Attempt attempt) {
    if (const int error = connect_error(attempt.socket.fd()); error != 0) return fail(attempt.peer, error);
    connected_ = {.socket = std::move(attempt.socket), .peer = std::move(attempt.peer)};
  }

  /// Waits until an attempt is over, or the next one is due.
  RunLimit::Wake wait() {
    const auto until = next_ < addresses_.size() ? next_at_ : limit_.end();
    std::vector<pollfd> fds;
    for (const auto& attempt : under_way_) fds.push_back({attempt.socket.fd(), POLLOUT, 0});
    const auto wake = limit_.wait(fds, until);
    for (std::size_t i = fds.size(); i-- > 0;)
      if (fds[i].revents != 0) end(i);
    return wake;
  }

  void end(std::size_t number) {
    auto attempt = std::move(under_way_[number]);
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(number));
    take(std::move(attempt));
  }

  void fail(const std::string& peer, int error) {
    if (!failures_.empty()) failures_ += "; ";
    failures_ += not_connected(peer, error) + " after " + watch_.text();
    next_at_ = {};  // the next one needn't wait
  }

  [[nodiscard]] std::string late() const {
    std::string peers;
    for (const auto& attempt : under_way_) peers += (peers.empty() ? "" : ", ") + attempt.peer;
    return (failures_.empty() ? "" : failures_ + "; ") + "no connection to " + peers + ": " + limit_.message();
  }

  const std::vector<std::string> addresses_;
  const std::uint16_t port_;
  const RunLimit& limit_;
  const Stopwatch watch_;
  std::size_t next_ = 0;
  RunLimit::Time next_at_ = {};
  std::vector<Attempt> under_way_;
  Connected connected_;
  std::string failures_;
};

}  // namespace

std::vector<std::string> interleaved(const std::vector<std::string>& addresses) {
  const auto is_ipv6 = [](const std::string& address) { return address.find(':') != address.npos; };
  std::array<std::vector<std::string>, 2> kinds;
  for (const auto& address : addresses)
    kinds.at(is_ipv6(address) == is_ipv6(addresses.front()) ? 0 : 1).push_back(address);
  std::vector<std::string> all;
  for (std::size_t i = 0; all.size() < addresses.size(); ++i)
    for (const auto& kind : kinds)
      if (i < kind.size()) all.push_back(kind[i]);
  return all;
}

std::string HostAndPort::text() const {
  const bool is_ipv6 = host.find(':') != host.npos;
  return (is_ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

HostAndPort parse_target(const std::string& check, const std::string& target) {
  const auto refuse = [&](const char* rule) { throw std::invalid_argument{"vitals: " + check + ": " + rule}; };
  const auto colon = target.rfind(':');
  if (colon == target.npos || target.find('\0') != target.npos) refuse("the target must be host:port");
  auto host = target.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (host.empty()) refuse("the target has no host");
  if (!in_brackets && host.find(':') != host.npos) refuse("an IPv6 address must stand in brackets: [::1]:80");
  const auto port = std::string_view{target}.substr(colon + 1);
  HostAndPort parsed{.host = std::move(host)};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (error != std::errc{} || end != port.data() + port.size() || parsed.port == 0)
    refuse("the target's port must be 1 to 65535");
  return parsed;
}

int connect_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error == 0 && is_connected_to_itself(fd) ? ECONNREFUSED : error;
}

std::string not_connected(const std::string& peer, int error) {
  return error == ECONNREFUSED ? "connection refused by " + peer
                               : "no connection to " + peer + ": " + std::generic_category().message(error);
}

HostResolver::Answer resolve(const std::string& host, HostResolver& resolver, const RunLimit& limit) {
  if (auto address = numeric_address(host); !address.empty()) return {.addresses = {std::move(address)}};
  const Stopwatch watch;
  auto answers = resolver.resolve({host}, limit, limit.end(), HostResolver::Wanted::all_answers);
  const auto found = answers.find(host);
  if (found == answers.end()) return {.error = "the name " + host + " isn't resolved: " + limit.message()};
  auto answer = std::move(found->second);
  if (answer.addresses.empty())
    answer.error = "the name " + host + " can't be resolved: " + answer.error + " after " + watch.text();
  return answer;
}

Connected connect_to(const std::vector<std::string>& addresses, std::uint16_t port, const RunLimit& limit) {
  return Attempts{addresses, port, limit}.run();
}

Connected connect_to(const HostAndPort& target, HostResolver& resolver, const RunLimit& limit) {
  const auto answer = resolve(target.host, resolver, limit);
  if (answer.addresses.empty()) return {.error = answer.error};
  return connect_to(answer.addresses, target.port, limit);
}

}  // namespace detail
}  // namespace vitals::inline v1
