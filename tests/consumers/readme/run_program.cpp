// run_program PRELOADED PROGRAM server|worker
//
// Starts a service, waits until it is ready, sends SIGTERM, and succeeds if the service then exits with 0. A worker is
// ready when it handles the signal, a server when one of its ports answers /ready with OK. A server drains for seconds,
// so a second signal, SIGINT, ends that.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ask.hpp"

namespace {

class Service {
 public:
  Service(pid_t pid, bool is_server) : pid_{pid}, is_server_{is_server} {}

  void heed(std::string_view line) {
    std::cout << line << std::endl;
    if (!ended_ && is_ready(line)) {
      ended_ = true;
      kill(pid_, SIGTERM);
    }
    if (is_server_ && line.find("serving -> draining") != line.npos) kill(pid_, SIGINT);
  }
  /// Whether the program was ready and then exited with 0.
  bool ended_well() const {
    int status = 0;
    waitpid(pid_, &status, 0);
    if (!ended_) std::cout << "It was never ready." << std::endl;
    std::cout << (WIFEXITED(status) ? "exit code " : "signal ")
              << (WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status)) << std::endl;
    return ended_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  /// Other threads may write to the same line, so the text may be anywhere in it.
  bool is_ready(std::string_view line) const {
    if (!is_server_) return line.find("handles: SIGTERM") != line.npos;
    constexpr std::string_view prefix = "listens: ";
    const auto begin = line.find(prefix);
    if (begin == line.npos) return false;
    const int port = std::stoi(std::string{line.substr(begin + prefix.size())});
    const auto answer = ask(static_cast<std::uint16_t>(port), "/ready");
    return answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nOK");
  }

  pid_t pid_;
  bool is_server_;
  bool ended_ = false;
};

}  // namespace

int main(int, char** argv) {
  int log[2];
  if (pipe(log) != 0) return 1;
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // killed with the test
    dup2(log[1], STDERR_FILENO);
    close(log[0]);
    close(log[1]);
    setenv("LD_PRELOAD", argv[1], 1);
    execl(argv[2], argv[2], nullptr);
    _exit(127);
  }
  close(log[1]);

  Service service{pid, std::string_view{argv[3]} == "server"};
  FILE* const lines = fdopen(log[0], "r");
  std::string line;
  for (int c; (c = std::getc(lines)) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    service.heed(line);
    line.clear();
  }
  return service.ended_well() ? 0 : 1;
}
