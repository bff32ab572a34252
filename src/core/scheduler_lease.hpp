#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <vitals/runner.hpp>

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

/// A `log` function and its end: after that it isn't called any more.
///
/// @par Thread safety  Shared objects: safe.
class Log {
 public:
  explicit Log(LogFunction function) noexcept : function_{std::move(function)} {}

  /// One call at a time: behind one that hangs, the line is dropped after 1 s. So is what the function throws.
  void write(const std::string& line);
  /// The same for a line and what goes with it.
  void write(const std::string& line, const std::function<void()>& then);
  /// Waits at most 1 s for a call under way, unless it is this thread's own.
  void end() noexcept;

 private:
  const LogFunction function_;
  std::mutex mutex_;
  std::condition_variable returned_;
  bool in_call_ = false;
  bool ended_ = false;
  std::thread::id caller_ = {};
};

/// A share in the one scheduler of a registry, which runs while anybody holds one.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: log() is safe, the rest isn't.
class VITALS_EXPORT SchedulerLease {
 public:
  /// @throws std::system_error  if the timer thread can't be created.
  SchedulerLease(std::shared_ptr<RegistryState> state, LogFunction log);
  /// The same with a log that its owner writes to, as well, and that ends with the lease.
  SchedulerLease(std::shared_ptr<RegistryState> state, std::shared_ptr<Log> log);
  SchedulerLease(const SchedulerLease&) = delete;
  SchedulerLease& operator=(const SchedulerLease&) = delete;
  /// Releases; if it was the last share, waits at most 1 s for the runs under way. In a child of fork() it is leaked.
  ~SchedulerLease();

  /// Gives the share up at once; if it was the last, runs under way are told to stop and not waited for. The `log`
  /// function isn't called any more.
  void release() noexcept;

  /// Hands a line to the `log` function, on a thread that is there for it. Never blocks, never throws.
  void log(std::string line) noexcept;

 private:
  /// In a child of fork(): leaks everything, and returns true.
  [[nodiscard]] bool leave_to_parent() noexcept;

  std::shared_ptr<RegistryState> state_;
  std::shared_ptr<Log> log_;
  bool held_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
