#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <vitals/clock.hpp>

#include "lifecycle/wake.hpp"

namespace vitals::inline v1 {
namespace detail {

/// "SIGTERM", or "signal 40" for one without a name of its own.
[[nodiscard]] std::string signal_name(int number);

struct CaughtSignal {
  int number = 0;
  SteadyTime at = {};  ///< By the system's clock.
};

/// Catches signals for one owner: the only process-wide state of the library.
///
/// A handler that was installed before is called as well. One that is installed later replaces ours until retake(). The
/// destructor restores the earlier handler, unless ours has been replaced. If our handler is put back after that, it
/// acts as if this library weren't there.
///
/// The same signal again within 100 ms is one request: see SignalRequests. In a child of fork() signals act as if this
/// library weren't there, until retake() or another inbox in the child.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe, but for the handler itself.
class SignalInbox {
 public:
  /// @throws std::invalid_argument  naming the signal, if it can't be caught, is given twice, or is taken by another
  ///                                inbox.
  SignalInbox(const std::vector<int>& signals, std::shared_ptr<Wake> wake);
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;
  ~SignalInbox() { give_back(); }

  /// Puts our handlers in front of those that were installed since.
  void retake() noexcept;
  /// Restores the earlier handlers. Idempotent.
  void give_back() noexcept;
  /// The requests that have come since the last call.
  [[nodiscard]] std::vector<CaughtSignal> take();

  [[nodiscard]] const std::vector<int>& signals() const noexcept { return signals_; }

 private:
  std::vector<int> signals_;  // whose handlers are ours
  std::shared_ptr<Wake> wake_;
};

/// Lets the calling thread receive signals while it lives, even if they were blocked for the whole process.
class SignalsUnblocked {
 public:
  explicit SignalsUnblocked(const std::vector<int>& signals) noexcept;
  SignalsUnblocked(const SignalsUnblocked&) = delete;
  SignalsUnblocked& operator=(const SignalsUnblocked&) = delete;
  ~SignalsUnblocked();

 private:
  sigset_t before_;
};

}  // namespace detail
}  // namespace vitals::inline v1
