#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <span>
#include <stop_token>
#include <string>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <vitals/check.hpp>

namespace vitals::inline v1 {
namespace detail {

/// A descriptor for poll() that stays readable once it was signalled.
class WakeEvent {
 public:
  WakeEvent() : fd_{open()} {
    if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "can't wait for the answer"};
  }
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  ~WakeEvent() { ::close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }
  void signal() const noexcept {
    const std::uint64_t one = 1;
    // Fails only if the counter is full: then it is readable anyway.
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
  }

 private:
  /// Never a standard stream's number, even if the application has closed that stream.
  static int open() noexcept {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0 || fd > STDERR_FILENO) return fd;
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::close(fd);
    return moved;
  }

  int fd_;
};

/// A descriptor for poll() that becomes readable when a stop is requested.
class StopEvent {
 public:
  explicit StopEvent(const std::stop_token& token) : callback_{token, Signal{event_}} {}
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  [[nodiscard]] int fd() const noexcept { return event_.fd(); }

 private:
  struct Signal {
    const WakeEvent& event;
    void operator()() const noexcept { event.signal(); }
  };

  WakeEvent event_;
  std::stop_callback<Signal> callback_;  // last: its destructor waits for a running call, which uses the descriptor
};

/// The time limit of one run of a check, and waits within it.
///
/// It ends a little before the run's deadline, so that the check itself reports what it waited for instead of "timed
/// out", and doesn't become overdue.
///
/// Waits in real time, even if the registry has a manual clock.
class RunLimit {
 public:
  enum class Wake { ready, timed_out, stopped };
  using Time = std::chrono::steady_clock::time_point;

  explicit RunLimit(const CheckContext& context) : stop_{context.stop_token()}, token_{context.stop_token()} {
    using std::chrono::milliseconds;
    const milliseconds remaining = context.remaining();
    allowance_ = remaining - std::min(remaining / 10, milliseconds{50});
    end_ = std::chrono::steady_clock::now() + allowance_;
  }

  /// Waits for `events` (see poll(2)) on the descriptor. With a negative one it only waits for the time.
  [[nodiscard]] Wake wait(int fd, short events) const { return wait(fd, events, end_); }
  [[nodiscard]] Wake wait(int fd, short events, Time until) const {
    std::array fds{pollfd{stop_.fd(), POLLIN, 0}, pollfd{fd, events, 0}};
    return poll_until(fds, std::min(until, end_));
  }
  /// Waits for any of these. @returns `ready` if `revents` of one is set.
  [[nodiscard]] Wake wait(std::vector<pollfd>& fds, Time until) const {
    fds.insert(fds.begin(), {stop_.fd(), POLLIN, 0});
    const auto wake = poll_until(fds, std::min(until, end_));
    fds.erase(fds.begin());
    return wake;
  }

  /// Waits for the condition. False if it doesn't hold before `until`, the limit or a stop request.
  template <class Condition>
  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed, Time until,
            Condition condition) const {
    return changed.wait_until(lock, token_, std::min(until, end_), condition);
  }

  /// Waits for the duration. `ready` means that it has passed within the limit.
  [[nodiscard]] Wake pause(std::chrono::milliseconds duration) const {
    const auto until = std::chrono::steady_clock::now() + duration;
    const Wake wake = wait(-1, 0, until);
    return wake == Wake::timed_out && until < end_ ? Wake::ready : wake;
  }

  [[nodiscard]] Wake state() const noexcept {
    if (token_.stop_requested()) return Wake::stopped;
    return std::chrono::steady_clock::now() < end_ ? Wake::ready : Wake::timed_out;
  }

  [[nodiscard]] std::chrono::milliseconds left() const noexcept {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds::zero());
  }

  [[nodiscard]] Time end() const noexcept { return end_; }
  [[nodiscard]] bool is_over() const noexcept { return state() != Wake::ready; }

  /// The message to report when it is over.
  [[nodiscard]] std::string message() const {
    return token_.stop_requested() ? "stopped before there was an answer"
                                   : "no answer within " + std::to_string(allowance_.count()) + " ms";
  }

 private:
  /// @param fds  The first one is that of stop_.
  Wake poll_until(std::span<pollfd> fds, Time end) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      const auto wait = std::clamp<std::int64_t>(left.count(), 0, 60'000);
      const int count = ::poll(fds.data(), fds.size(), static_cast<int>(wait));
      if (count < 0 && errno != EINTR) throw std::system_error{errno, std::generic_category(), "poll"};
      if (token_.stop_requested()) return Wake::stopped;
      if (count > 0) return Wake::ready;
      if (std::chrono::steady_clock::now() >= end) return Wake::timed_out;
    }
  }

  StopEvent stop_;
  std::stop_token token_;
  std::chrono::milliseconds allowance_{};
  Time end_;
};

}  // namespace detail
}  // namespace vitals::inline v1
