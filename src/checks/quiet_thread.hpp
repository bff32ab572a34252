#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

/// Starts a thread with all signals blocked: the application's threads handle them.
///
/// @throws std::system_error  if the thread can't be created.
template <class Function>
[[nodiscard]] std::thread quiet_thread(Function&& function) {
  struct Blocked {
    Blocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    ~Blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before{};
  };
  const Blocked blocked;  // the new thread inherits the mask
  return std::thread{std::forward<Function>(function)};
}

}  // namespace detail
}  // namespace vitals::inline v1
