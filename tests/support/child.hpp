#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "support/machine.hpp"

namespace vitals_test {

/// ThreadSanitizer can't follow a child that makes threads while its parent has some.
inline constexpr bool children_may_have_threads = !thread_sanitized;

/// Whether every other thread of this process sleeps: then none of them holds a lock that a child would miss for ever.
inline bool others_sleep() {
  std::error_code error;  // of a thread that ends meanwhile
  for (std::filesystem::directory_iterator task{"/proc/self/task", error}, end; task != end; task.increment(error)) {
    if (error) return false;
    if (task->path().filename() == std::to_string(gettid())) continue;
    std::ifstream file{task->path() / "stat"};
    std::string stat;
    std::getline(file, stat);
    const auto state = stat.rfind(") ");
    if (state == std::string::npos || stat[state + 2] != 'S') return false;
  }
  if (error) return false;
  return true;
}

/// A child of fork(), without exec. One that hangs is ended after a minute by SIGALRM.
class Child {
 public:
  /// How wait() tells of a signal.
  static constexpr int by_signal = 1000;

  /// @param work  Called in the child, which then ends by _exit(0); by _exit(99) if it throws.
  template <class Work>
  explicit Child(Work work) : pid_{fork()} {
    if (pid_ < 0) throw std::runtime_error{"can't fork"};
    if (pid_ > 0) return;
    in_child() = true;
    alarm(60);
    try {
      work();
    } catch (...) {
      _exit(99);
    }
    _exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// @returns Its exit status, or by_signal plus the number of the signal that has ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
  }

  /// Whether this process is one.
  static bool& in_child() noexcept {
    static bool here = false;
    return here;
  }

 private:
  pid_t pid_;
};

}  // namespace vitals_test
