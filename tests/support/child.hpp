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

/// Whether every other thread of this process sleeps. If so, none holds a lock that would stay locked in a child.
inline bool others_sleep() {
  std::error_code error;  // a thread may end meanwhile
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

/// A child of fork(), without exec. SIGALRM ends a child that hangs for a minute.
class Child {
 public:
  /// wait() returns this plus the number of the signal.
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

  /// Returns the exit status, or by_signal plus the number of the signal that ended the child.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
  }

  /// Whether this process is a child.
  static bool& in_child() noexcept {
    static bool here = false;
    return here;
  }

 private:
  pid_t pid_;
};

}  // namespace vitals_test
