// The floor: one thread, edge-triggered epoll, one recv and one send per request, and no HTTP parser. It treats the
// bytes of one recv as one request, and searches only for "Connection: close".
//
//   --deferred=1  the floor for new connections: TCP_DEFER_ACCEPT, and the first request is answered before the socket
//                 is registered with epoll
//   --spin=N      N threads that compute without end

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "benchmarks/spinning.hpp"

namespace vitals_test {
namespace {

// As long as a HealthServer's answer, so that the kernel does the same work.
#define VITALS_TEST_HEAD                                                                                  \
  "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n" \
  "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
constexpr std::string_view answer = VITALS_TEST_HEAD "Content-Length: 3\r\n\r\nOK\n";
constexpr std::string_view last_answer = VITALS_TEST_HEAD "Connection: close\r\nContent-Length: 3\r\n\r\nOK\n";
#undef VITALS_TEST_HEAD
constexpr int accept_burst = 64;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on_free_port(bool deferred) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) give_up("socket");
  if (deferred && setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &on, sizeof on) != 0) give_up("setsockopt");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) give_up("bind");
  if (listen(listener, SOMAXCONN) != 0) give_up("listen");
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) give_up("getsockname");
  tell_port(ntohs(address.sin_port));
  return listener;
}

enum class After { stays, closed, nothing_read };

After answer_once(int connection) {
  std::array<char, 4096> request;
  const auto size = recv(connection, request.data(), request.size(), 0);
  if (size < 0) return After::nothing_read;
  if (size > 0) {
    const std::string_view text{request.data(), static_cast<std::size_t>(size)};
    const bool last = text.find("Connection: close") != std::string_view::npos;
    const auto bytes = last ? last_answer : answer;
    if (send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0 && !last) return After::stays;
  }
  close(connection);
  return After::closed;
}

void watch(int poll, int connection) {
  epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = connection}};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event) != 0) give_up("epoll_ctl");
}

void accept_some(int poll, int listener, bool deferred) {
  for (int i = 0; i < (deferred ? accept_burst : 1); ++i) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) return;
    if (!deferred || answer_once(connection) != After::closed) watch(poll, connection);
  }
}

[[noreturn]] void serve(int listener, bool deferred) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event = {.events = EPOLLIN, .data = {.fd = listener}};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0) give_up("epoll");
  std::array<epoll_event, 128> events;
  for (;;) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == listener)
        accept_some(poll, listener, deferred);
      else
        answer_once(descriptor);
    }
  }
}

}  // namespace
}  // namespace vitals_test

int main(int argc, char** argv) {
  const bool deferred = vitals_test::number_option(argc, argv, "deferred", 0) != 0;
  const int listener = vitals_test::listen_on_free_port(deferred);
  vitals_test::spin(vitals_test::number_option(argc, argv, "spin", 0));
  vitals_test::serve(listener, deferred);
}
