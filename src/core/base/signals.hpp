#pragma once

#include <csignal>

namespace vitals::inline v1 {
namespace detail {

/// Blocks all signals for the calling thread while it lives, so that a thread created meanwhile never handles the
/// host's.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
