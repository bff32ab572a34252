#pragma once

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vitals_test {

/// A child process that has closed its standard input, output and error.
class ProcessWithoutStreams {
 public:
  /// @param body  Runs in the child after its standard streams were closed. The object that it returns is kept until
  /// the child has checked the descriptors.
  template <class Body>
  explicit ProcessWithoutStreams(Body body) : pid_{fork()} {
    if (pid_ < 0) throw std::runtime_error{"can't fork"};
    if (pid_ == 0) run(body);
  }
  ProcessWithoutStreams(const ProcessWithoutStreams&) = delete;
  ProcessWithoutStreams& operator=(const ProcessWithoutStreams&) = delete;
  ~ProcessWithoutStreams() {
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  /// How many of the descriptors 0 to 2 are open after the body has returned; -1 if it has thrown.
  int open_streams() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) <= 3 ? WEXITSTATUS(status) : -1;
  }

 private:
  template <class Body>
  [[noreturn]] static void run(Body& body) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int fd = 0; fd <= 2; ++fd) close(fd);
    try {
      [[maybe_unused]] const auto kept = body();
      int open = 0;
      for (int fd = 0; fd <= 2; ++fd) open += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
      _exit(open);
    } catch (const std::exception&) {
      _exit(4);
    }
  }

  pid_t pid_;
};

}  // namespace vitals_test
