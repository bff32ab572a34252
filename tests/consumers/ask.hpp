#pragma once

// One HTTP request over a plain socket, in C++17.

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

/// The complete answer to a GET; empty if there is none.
inline std::string ask(std::uint16_t port, const std::string& path) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);

  std::string answer;
  if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const auto question = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::send(client, question.data(), question.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(question.size())) {
      char buffer[1024];
      for (ssize_t count; (count = ::recv(client, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(client);
  return answer;
}

inline bool is_ready(std::uint16_t port) { return ask(port, "/ready").rfind("HTTP/1.1 200 ", 0) == 0; }
