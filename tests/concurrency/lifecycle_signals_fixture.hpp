#pragma once

#include <atomic>
#include <csignal>
#include <sys/types.h>

#include "concurrency/lifecycle_run_fixture.hpp"
#include "support/signal_action.hpp"

namespace vitals_test {

// Handlers of the application, and the signals that they got.
inline std::atomic<int> heard = 0;
inline std::atomic<pid_t> sender = 0;
inline struct sigaction passed_on_to = {};

inline void hear(int) { ++heard; }
inline void hear_who(int, siginfo_t* info, void*) {
  ++heard;
  sender = info->si_pid;
}
inline void hear_and_pass_on(int number, siginfo_t* info, void* context) {
  ++heard;
  if ((passed_on_to.sa_flags & SA_SIGINFO) != 0) passed_on_to.sa_sigaction(number, info, context);
}

/// @returns The action that was installed before.
inline struct sigaction install(int number, void (*handler)(int)) {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = handler;
  sigaddset(&action.sa_mask, SIGUSR2);
  ::sigaction(number, &action, &before);
  return before;
}
inline struct sigaction install(int number, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  ::sigaction(number, &action, &before);
  return before;
}

/// A registry for a Lifecycle that handles SIGTERM; at first nothing else does.
class LifecycleSignalsTest : public LifecycleRunTest {
 protected:
  void SetUp() override { heard = 0; }
  void TearDown() override { install(SIGTERM, SIG_DFL); }

  [[nodiscard]] vitals::LifecycleOptions on_sigterm(vitals::Duration propagation_delay = 0s) const {
    return record_.options(propagation_delay, {SIGTERM});
  }
};

}  // namespace vitals_test
