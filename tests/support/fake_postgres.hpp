#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "support/run_check.hpp"

namespace vitals_test {

/// One message of PostgreSQL's protocol, version 3.
inline std::string postgres_message(char type, const std::string& body, std::size_t announced) {
  const std::uint32_t length = htonl(static_cast<std::uint32_t>(announced + 4));
  return type + std::string{reinterpret_cast<const char*>(&length), sizeof length} + body;
}
inline std::string postgres_message(char type, const std::string& body) {
  return postgres_message(type, body, body.size());
}

/// A server that sends what a test tells it to, to one client after another.
class FakePostgres {
 public:
  /// The server's side of a connection.
  class Session {
   public:
    explicit Session(int fd) : fd_{fd} {}

    /// Reads the first message, or a request for TLS.
    std::string read_startup() { return read_body(); }
    /// Reads a message of the client: its type and its body.
    std::string read_message() {
      const std::string type = read(1);
      return type.empty() ? "" : type + read_body();
    }
    /// Reads whatever arrives next.
    std::string read_some() {
      std::array<char, 4096> buffer{};
      const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
      return size > 0 ? std::string{buffer.data(), static_cast<std::size_t>(size)} : "";
    }
    bool send(const std::string& bytes) {
      for (std::size_t sent = 0; sent < bytes.size();) {
        const auto now = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (now <= 0) return false;
        sent += static_cast<std::size_t>(now);
      }
      return true;
    }
    /// Accepts the client's login; the client may then send queries.
    bool welcome() { return send(postgres_message('R', std::string(4, '\0')) + ready()); }
    static std::string ready() { return postgres_message('Z', "I"); }

   private:
    std::string read(std::size_t size) {
      std::string bytes(size, '\0');
      return ::recv(fd_, bytes.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size) ? bytes : "";
    }
    std::string read_body() {
      const std::string head = read(4);
      if (head.empty()) return "";
      std::uint32_t length = 0;
      head.copy(reinterpret_cast<char*>(&length), sizeof length);
      return read(ntohl(length) - 4);
    }

    int fd_;
  };

  explicit FakePostgres(std::function<void(Session& session)> serve)
      : serve_{std::move(serve)}, listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"can't listen"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }
  FakePostgres(const FakePostgres&) = delete;
  FakePostgres& operator=(const FakePostgres&) = delete;
  ~FakePostgres() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    if (const int peer = peer_.load(); peer >= 0) shutdown(peer, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  void run() {
    while (!ending_) {
      const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      peer_ = peer;
      Session session{peer};
      if (!ending_) serve_(session);
      peer_ = -1;
      close(peer);
    }
  }

  std::function<void(Session& session)> serve_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> peer_ = -1;
  std::thread thread_;
};

/// Sends one row of one column and accepts the next query.
inline void send_answer(FakePostgres::Session& session, const std::string& value) {
  const std::uint32_t size = htonl(static_cast<std::uint32_t>(value.size()));
  const std::string column = std::string{"\0\1column", 8} + std::string(19, '\0');
  const std::string row =
      std::string{"\0\1", 2} + std::string{reinterpret_cast<const char*>(&size), sizeof size} + value;
  session.send(postgres_message('T', column) + postgres_message('D', row) +
               postgres_message('C', std::string{"SELECT 1", 9}) + FakePostgres::Session::ready());
}

/// Answers every query with one row of one column.
inline void answer_with(FakePostgres::Session& session, const std::string& value) {
  session.read_startup();
  session.welcome();
  while (session.read_message().starts_with('Q')) send_answer(session, value);
}

}  // namespace vitals_test
