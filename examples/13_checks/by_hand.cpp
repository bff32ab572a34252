// Taken out by hand and back: `kill -USR1` takes this instance out of readiness, `kill -USR2` puts it back.

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#include <vitals/vitals.hpp>

#include "../ask.hpp"

namespace {

/// Must be made before all other threads, because they inherit its signal mask. Until then either signal would end the
/// process. It waits for the signals on a thread of its own, so that no code runs in a signal handler.
class HandSwitch {
 public:
  explicit HandSwitch(vitals::PushedCheck check)
      : check_{std::move(check)}, signals_{blocked()}, thread_{[this] { wait(); }} {}
  HandSwitch(const HandSwitch&) = delete;
  HandSwitch& operator=(const HandSwitch&) = delete;
  ~HandSwitch() {
    is_ending_ = true;
    pthread_kill(thread_.native_handle(), SIGUSR2);  // ends its wait
    thread_.join();
  }

 private:
  static sigset_t blocked() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
  }
  void wait() const {
    for (int signal = 0; sigwait(&signals_, &signal) == 0 && !is_ending_;)
      check_.set(signal == SIGUSR1 ? vitals::CheckResult::fail("taken out by hand") : vitals::CheckResult::pass());
  }

  const vitals::PushedCheck check_;
  const sigset_t signals_;
  std::atomic<bool> is_ending_ = false;
  std::thread thread_;  // last: it uses the others
};

void await(const std::function<bool()>& is_so, const std::string& claim) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!is_so() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  expect(is_so(), claim);
}

}  // namespace

int main() {
  const vitals::PushedCheck by_hand{true};
  const HandSwitch hand_switch{by_hand};
  vitals::HealthRegistry health;
  health.add_readiness_check("by-hand", by_hand);
  vitals::HealthServer server{health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  server.start();
  const auto answers = [&](int status) {
    return [&, status] { return ask(server.port(), "/ready").status == status; };
  };

  await(answers(200), "the instance is ready");
  for (int round = 0; round < 3; ++round) {
    kill(getpid(), SIGUSR1);
    await(answers(503), "SIGUSR1 takes it out");
    expect(health.report("by-hand").message == "taken out by hand", "the report says why");
    expect(ask(server.port(), "/healthz").status == 200, "liveness doesn't fail, so there is no restart");
    kill(getpid(), SIGUSR2);
    await(answers(200), "SIGUSR2 puts it back");
  }
}
