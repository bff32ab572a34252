#pragma once

#include <memory>
#include <string>

#include <vitals/runner.hpp>

namespace vitals::inline v1 {
namespace detail {

class RegistryState;

/// A share in the one scheduler of a registry, which runs while anybody holds one.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: log() is safe, the rest isn't.
class SchedulerLease {
 public:
  /// @throws std::system_error  if the timer thread can't be created.
  SchedulerLease(std::shared_ptr<RegistryState> state, LogFunction log);
  SchedulerLease(const SchedulerLease&) = delete;
  SchedulerLease& operator=(const SchedulerLease&) = delete;
  /// Releases; if it was the last share, waits at most 1 s for the runs under way.
  ~SchedulerLease();

  /// Gives the share up at once; if it was the last, runs under way are told to stop and not waited for.
  void release() noexcept;

  /// Hands a line to the `log` function on the thread that delivers events. Never blocks, never throws.
  void log(std::string line) noexcept;

 private:
  std::shared_ptr<RegistryState> state_;
  std::shared_ptr<const LogFunction> log_;
  bool held_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
