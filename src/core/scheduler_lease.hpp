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

/// A `log` function that is no longer called after end().
///
/// @par Thread safety  Shared objects: safe.
class Log {
 public:
  explicit Log(LogFunction function) noexcept : function_{std::move(function)} {}

  /// One call at a time: waits at most 1 s for the previous one, then drops the line. What the function throws is
  /// dropped, too.
  void write(const std::string& line);
  /// The same, and calls `then` after the function.
  void write(const std::string& line, const std::function<void()>& then);
  /// Waits at most 1 s for a call in progress, unless this thread makes it.
  void end() noexcept;

 private:
  const LogFunction function_;
  std::mutex mutex_;
  std::condition_variable returned_;
  bool in_call_ = false;
  bool ended_ = false;
  std::thread::id caller_ = {};
};

/// A share in a registry's scheduler, which runs while there is at least one lease.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: log() is safe, the rest isn't.
class VITALS_EXPORT SchedulerLease {
 public:
  /// @throws std::system_error  if the timer thread can't be created.
  SchedulerLease(std::shared_ptr<RegistryState> state, LogFunction log);
  /// The same with a log that the caller writes to as well, and that ends with the lease.
  SchedulerLease(std::shared_ptr<RegistryState> state, std::shared_ptr<Log> log);
  SchedulerLease(const SchedulerLease&) = delete;
  SchedulerLease& operator=(const SchedulerLease&) = delete;
  /// Releases the share. The last one waits at most 1 s for runs in progress. In a child of fork() everything is
  /// leaked.
  ~SchedulerLease();

  /// Releases the share without waiting for runs. If it was the last, runs in progress get a stop request. The `log`
  /// function isn't called any more.
  void release() noexcept;

  /// Passes a line to the `log` function, on the registry's log thread. Never blocks, never throws.
  void log(std::string line) noexcept;

 private:
  /// In a child of fork(): leaks everything and returns true.
  [[nodiscard]] bool leave_to_parent() noexcept;

  std::shared_ptr<RegistryState> state_;
  std::shared_ptr<Log> log_;
  bool held_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
