#pragma once

// Not to be copied: it makes these programs end by themselves.

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

#include "../ask.hpp"

/// Stands for those around a service: finds it ready and at work, ends it, and sees it drain.
class Visitor {
 public:
  using Question = std::function<bool()>;

  Visitor(Question is_ready, Question works) : thread_{[=] { visit(is_ready, works); }} {}

 private:
  static void visit(const Question& is_ready, const Question& works) {
    await(is_ready, "it becomes ready");
    expect(works(), "it works");
    kill(getpid(), SIGTERM);
    await([&] { return !is_ready(); }, "after SIGTERM it isn't ready any more");
    expect(works(), "but it still works, while load balancers notice");
    kill(getpid(), SIGINT);  // a second signal ends that wait: no example should take ten seconds
  }
  static void await(const Question& is_so, const char* claim) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!is_so() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    expect(is_so(), claim);
  }

  std::jthread thread_;
};

/// A Visitor's questions: whether that is answered with 200.
inline Visitor::Question answers(std::uint16_t port, const std::string& path) {
  return [=] { return ask(port, path).status == 200; };
}
