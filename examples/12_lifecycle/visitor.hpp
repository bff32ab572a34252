#pragma once

// Not a part of a service: it makes these example programs end by themselves.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

#include "../ask.hpp"

/// Stands in for what surrounds a service: checks that it is ready and works, sends SIGTERM, and checks that it drains.
class Visitor {
 public:
  using Question = std::function<bool()>;

  Visitor(Question is_ready, Question works) : thread_{[=] { visit(is_ready, works); }} {}

 private:
  static void visit(const Question& is_ready, const Question& works) {
    await(is_ready, "it becomes ready");
    expect(works(), "it works");
    kill(getpid(), SIGTERM);
    await([&] { return !is_ready(); }, "after SIGTERM it is no longer ready");
    expect(works(), "but it still works until load balancers have noticed");
    kill(getpid(), SIGINT);  // a second signal ends the propagation delay: no example should take ten seconds
  }
  static void await(const Question& is_so, const char* claim) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!is_so() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    expect(is_so(), claim);
  }

  std::jthread thread_;
};

/// Asks whether the path is answered with 200.
inline Visitor::Question answers(std::uint16_t port, const std::string& path) {
  return [=] { return ask(port, path).status == 200; };
}
