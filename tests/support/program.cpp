#include "support/program.hpp"

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/read_file.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;

void redirect(int to, const char* file) {
  const int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(fd, to);
  close(fd);
}

}  // namespace

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
  std::string name = (parent / "vitals-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"can't make a temporary folder"};
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Program::Program(const std::string& executable, std::vector<std::string> arguments, const fs::path& folder,
                 int inherited)
    : folder_{folder} {
  arguments.insert(arguments.begin(), executable);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  const std::string output = folder_ / "stdout";
  const std::string errors = folder_ / "stderr";
  fs::remove(output);  // the files of an earlier program must not be taken for this one's
  fs::remove(errors);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error{"can't fork"};
  if (pid_ > 0) return;
  // Only system calls are allowed between fork and exec.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (chdir(folder_.c_str()) != 0) _exit(126);
  redirect(STDOUT_FILENO, output.c_str());
  redirect(STDERR_FILENO, errors.c_str());
  if (inherited >= 0) fcntl(inherited, F_SETFD, 0);  // keep it open on exec
  execv(words[0], words.data());
  _exit(127);
}

Program::~Program() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string Program::output() const { return read_file(folder_ / "stdout"); }
std::string Program::errors() const { return read_file(folder_ / "stderr"); }

void Program::signal(int number) const { kill(pid_, number); }

int Program::wait() {
  if (!eventually([&] { return ended_ = ended_ || waitpid(pid_, &status_, WNOHANG) == pid_; })) return -1000;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

}  // namespace vitals_test
