// A program that is nothing but a user of vitals: one check, one server, one question over a plain socket.

#include <arpa/inet.h>
#include <cstdint>
#include <iostream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#if __has_include(<vitals_private_folder.hpp>)
#error "an include folder that only vitals itself needs is visible to its consumer"
#endif

namespace {

std::string ask(std::uint16_t port, const std::string& path) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
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

}  // namespace

int main() {
  vitals::HealthRegistry health;
  health.add_readiness_check("self", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};
  server.start();

  const auto answer = ask(server.port(), "/ready");

  if (answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nOK")) return 0;
  std::cerr << "not the expected answer:\n" << answer << '\n';
  return 1;
}
