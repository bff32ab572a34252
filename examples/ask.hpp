#pragma once

// What the examples check themselves with: an assertion that ends the program, and the smallest possible HTTP client.

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

inline void expect(bool is_true, const std::string& claim) {
  std::cout << (is_true ? "ok: " : "NOT SO: ") << claim << std::endl;
  if (!is_true) std::exit(1);
}

struct Answer {
  int status = 0;
  std::string body = {};
};

/// Sends one request to a server on this machine and closes the connection, as the kubelet does.
inline Answer ask(std::uint16_t port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"no server listens"};
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error{"can't send the request"};
  std::string text;
  char piece[4096];
  for (ssize_t size = recv(fd, piece, sizeof piece, 0); size > 0; size = recv(fd, piece, sizeof piece, 0))
    text.append(piece, static_cast<std::size_t>(size));
  close(fd);
  const auto end_of_head = text.find("\r\n\r\n");
  if (end_of_head == std::string::npos) throw std::runtime_error{"no answer"};
  return {std::stoi(text.substr(text.find(' '))), text.substr(end_of_head + 4)};
}
