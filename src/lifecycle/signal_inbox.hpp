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
/// A handler that was there before is called as well. One that is installed later takes its signal away, until retake()
/// puts ours before it. The end restores what was there, unless somebody else has the signal by then; should they bring
/// our handler back after that, it does what would have been done without us.
///
/// The same signal again within 100 ms is one request: see SignalRequests. In a child of fork() a signal does what it
/// would have done without us, until retake() or another inbox takes it there.
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

  /// Puts our handlers before those that were installed since.
  void retake() noexcept;
  /// Restores what was there. Idempotent.
  void give_back() noexcept;
  /// The requests that have come since the last call.
  [[nodiscard]] std::vector<CaughtSignal> take();

  [[nodiscard]] const std::vector<int>& signals() const noexcept { return signals_; }

 private:
  std::vector<int> signals_;  // that are ours
  std::shared_ptr<Wake> wake_;
};

/// Lets the calling thread receive signals while it lives, also if they were blocked for the whole process.
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
