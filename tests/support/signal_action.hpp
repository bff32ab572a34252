#pragma once

#include <csignal>

namespace vitals_test {

/// The process's current action for a signal.
inline struct sigaction present(int number) {
  struct sigaction action = {};
  ::sigaction(number, nullptr, &action);
  return action;
}

inline bool is_same(const struct sigaction& a, const struct sigaction& b) {
  if (a.sa_flags != b.sa_flags || a.sa_sigaction != b.sa_sigaction) return false;
  for (int number = 1; number < 65; ++number)
    if (sigismember(&a.sa_mask, number) != sigismember(&b.sa_mask, number)) return false;
  return true;
}

}  // namespace vitals_test
