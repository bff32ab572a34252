#pragma once

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace vitals_test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// What the machine takes from this process while it is watched: other programs use it, too.
class Machine {
 public:
  /// Waits, and finds out how late a thread that wants to run comes to run.
  void wait(std::chrono::nanoseconds duration) {
    const auto due = std::chrono::steady_clock::now() + duration;
    std::this_thread::sleep_until(due);
    late_ = std::max<std::chrono::nanoseconds>(late_, std::chrono::steady_clock::now() - due);
  }

  /// The most that it was late by.
  [[nodiscard]] std::chrono::nanoseconds late() const noexcept { return late_; }
  /// Of all the time of its processors, what others left to this process since the construction, 0 to 1.
  [[nodiscard]] double share() const {
    const auto now = Times::read();
    const double all = now.all - begin_.all;
    const double taken = (now.busy - begin_.busy) - (now.own - begin_.own);
    return all <= 0 ? 1 : std::clamp(1 - taken / all, 0.01, 1.0);
  }

 private:
  /// In seconds of one processor.
  struct Times {
    double all = 0;
    double busy = 0;
    double own = 0;

    static Times read() {
      std::ifstream stat{"/proc/stat"};
      std::string cpu;
      double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, hard = 0, soft = 0, stolen = 0;
      stream_all(stat >> cpu, user, nice, system, idle, waiting, hard, soft, stolen);
      const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
      const double busy = (user + nice + system + hard + soft + stolen) / ticks;
      rusage usage = {};
      getrusage(RUSAGE_SELF, &usage);
      return {busy + (idle + waiting) / ticks, busy, seconds(usage.ru_utime) + seconds(usage.ru_stime)};
    }
    template <class... Numbers>
    static void stream_all(std::istream& in, Numbers&... numbers) {
      (in >> ... >> numbers);
    }
    static double seconds(const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
  };

  Times begin_ = Times::read();
  std::chrono::nanoseconds late_{0};
};

}  // namespace vitals_test
