#include "support/haproxy.hpp"

#include <algorithm>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace vitals_test {
namespace {

std::string name_of(std::size_t server) { return "server" + std::to_string(server); }

/// The address as it is written in a `server` line.
std::string address_of(const Haproxy::Server& server) {
  const auto& path = server.unix_path;
  if (path.empty())
    return "127.0.0.1:" + std::to_string(server.port) + " check port " + std::to_string(server.health_port);
  return (path.starts_with('@') ? "abns" + path : "unix@" + path) + " check";
}

std::string configuration(const std::vector<Haproxy::Server>& servers, const Haproxy::Options& options, int listener,
                          const std::string& statistics) {
  std::ostringstream text;
  text << "global\n  nbthread 1\n  log stdout format raw daemon\n  stats socket " << statistics << "\n"
       << "listen notes\n  mode " << options.mode << "\n  bind fd@" << listener << "\n  log global\n"
       << "  option dontlog-normal\n  option " << options.mode << "log\n"
       << "  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n  timeout check 2s\n"
       << "  retries " << options.retries << "\n"
       << (options.redispatch ? "  option redispatch\n" : "  no option redispatch\n")
       << "  balance roundrobin\n  option httpchk " << options.check
       << (options.disable_on_404 ? "\n  http-check disable-on-404" : "")
       << "\n  default-server inter 100ms fall 1 rise 1\n";
  for (std::size_t i = 0; i < servers.size(); ++i)
    text << "  server " << name_of(i) << " " << address_of(servers[i]) << " " << servers[i].options << "\n";
  return text.str();
}

/// A listening socket, since HAProxy can't pick a free port and report it.
class Listener {
 public:
  Listener() : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(fd_, SOMAXCONN) != 0 ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(fd_); }

  [[nodiscard]] int descriptor() const noexcept { return fd_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// HAProxy's answer to a command; empty if there is none.
std::string ask(const std::string& path, const std::string& command) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, command.data(), command.size(), MSG_NOSIGNAL) > 0) {
    char bytes[4096];
    for (ssize_t size = 0; (size = recv(fd, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(size));
  }
  close(fd);
  return answer;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream{line};
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

}  // namespace

Haproxy::Haproxy(const std::vector<Server>& servers, const Options& options) {
  const Listener listener;
  port_ = listener.port();
  const std::string file = folder_.path() / "haproxy.cfg";
  std::ofstream{file} << configuration(servers, options, listener.descriptor(), folder_.path() / "statistics");
  program_ = std::make_unique<Program>(executable, std::vector<std::string>{"-db", "-f", file}, folder_.path(),
                                       listener.descriptor());
  for (std::size_t i = 0; i < servers.size(); ++i)
    if (!eventually([&] { return statistic(i, "check_status") == "L7OK"; }, pause))
      throw std::runtime_error{"HAProxy doesn't find the servers ready: " + log()};
}

bool Haproxy::sees(std::size_t server, const std::string& state) const {
  return eventually([&] { return statistic(server, "status") == state; }, pause);
}

std::size_t Haproxy::sessions(std::size_t server) const { return std::stoul("0" + statistic(server, "stot")); }

std::size_t Haproxy::in_flight(std::size_t server) const { return std::stoul("0" + statistic(server, "scur")); }

std::string Haproxy::statistic(std::size_t server, const std::string& field) const {
  std::istringstream lines{ask(folder_.path() / "statistics", "show stat\n")};
  std::string line;
  std::getline(lines, line);
  const auto names = fields_of(line);
  const auto column = static_cast<std::size_t>(std::find(names.begin(), names.end(), field) - names.begin());
  while (std::getline(lines, line)) {
    const auto values = fields_of(line);
    if (values.size() > column && values[1] == name_of(server)) return values[column];
  }
  return {};
}

}  // namespace vitals_test
