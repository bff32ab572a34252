#include "support/postgres_server.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "support/read_file.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;

/// The folder of the newest installed server programs; empty if there are none.
fs::path program_folder() {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator{"/usr/lib/postgresql", ignored})
    if (fs::exists(version.path() / "bin" / "initdb")) folders.push_back(version.path() / "bin");
  return folders.empty() ? fs::path{} : *std::max_element(folders.begin(), folders.end());
}

/// The user that the server runs as: PostgreSQL refuses to run as root.
const passwd* server_user() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

/// Starts a program whose output goes to `log`; it dies with this process.
pid_t launch(std::vector<std::string> words, const fs::path& log) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const passwd* user = server_user();
  const uid_t uid = user != nullptr ? user->pw_uid : geteuid();
  const gid_t gid = user != nullptr ? user->pw_gid : getegid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error{"can't fork"};
  if (pid > 0) return pid;
  // Only system calls are allowed between fork and exec.
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close_range(3, ~0U, 0);
  if (user != nullptr && (setgroups(1, &gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0)) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

bool has_ended(pid_t pid) { return waitpid(pid, nullptr, WNOHANG) == pid; }

void run_to_end(std::vector<std::string> words, const fs::path& log) {
  int status = 0;
  const std::string program = words.front();
  waitpid(launch(std::move(words), log), &status, 0);
  if (status == 0) return;
  throw std::runtime_error{program + " failed: " + read_file(log)};
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!bound) throw std::runtime_error{"no free port"};
  return ntohs(address.sin_port);
}

struct ProcessState {
  char state = '?';
  pid_t parent = -1;
};

ProcessState state_of(const fs::path& process) {
  std::ifstream stat{process / "stat"};
  std::string line;
  // "pid (name) state parent ...": the name may hold any character, so search for the last parenthesis.
  const auto end_of_name = std::getline(stat, line) ? line.rfind(')') : std::string::npos;
  if (end_of_name == std::string::npos) return {};
  return {line.at(end_of_name + 2), static_cast<pid_t>(std::stol(line.substr(end_of_name + 4)))};
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator{"/proc"})
    if (state_of(entry.path()).parent == parent)
      children.push_back(static_cast<pid_t>(std::stol(entry.path().filename().string())));
  return children;
}

void freeze_process(pid_t pid) {
  kill(pid, SIGSTOP);
  // The signal takes effect a moment later.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (state_of("/proc/" + std::to_string(pid)).state != 'T' && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

/// A new folder owned by the server's user.
fs::path make_folder() {
  std::string name = (fs::temp_directory_path() / "vitals-pg-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"can't make a temporary folder"};
  if (const passwd* user = server_user())
    if (chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error{"can't give the folder away"};
  return name;
}

/// What initdb makes, copied for each server of this process: initdb takes a second of CPU time.
class InitialDatabase {
 public:
  InitialDatabase() {
    const fs::path password_file = folder_ / "password";
    std::ofstream{password_file} << PostgresServer::password() << '\n';
    run_to_end({(program_folder() / "initdb").string(), "--pgdata=" + data().string(), "--username=app",
                "--pwfile=" + password_file.string(), "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                "--no-sync", "--no-instructions"},
               folder_ / "log");
  }
  InitialDatabase(const InitialDatabase&) = delete;
  InitialDatabase& operator=(const InitialDatabase&) = delete;
  ~InitialDatabase() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] fs::path data() const { return folder_ / "data"; }

 private:
  fs::path folder_ = make_folder();
};

}  // namespace

bool PostgresServer::available() { return !program_folder().empty(); }

PostgresServer::PostgresServer() {
  initialise();
  constexpr int attempts = 5;  // another process may take the port before the server does
  for (int i = 0; i < attempts; ++i) {
    port_ = free_port();
    if (try_start()) return;
  }
  throw std::runtime_error{"PostgreSQL doesn't start; see " + (folder_ / "log").string()};
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PostgresServer::initialise() {
  folder_ = make_folder();
  static const InitialDatabase initial;
  run_to_end({"/bin/cp", "-a", initial.data().string(), (folder_ / "data").string()}, folder_ / "log");
}

void PostgresServer::start() {
  if (!try_start()) throw std::runtime_error{"PostgreSQL doesn't start; see " + (folder_ / "log").string()};
}

bool PostgresServer::try_start() {
  pid_ = launch(
      {(program_folder() / "postgres").string(), "-D", (folder_ / "data").string(), "-p", std::to_string(port_), "-h",
       "127.0.0.1", "-k", folder_.string(), "-F", "-c", "max_connections=50", "-c", has_tls_ ? "ssl=on" : "ssl=off"},
      folder_ / "log");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (std::chrono::steady_clock::now() < deadline) {
    if (is_ready()) return true;
    if (has_ended(pid_)) {
      pid_ = -1;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  stop();
  return false;
}

/// The server writes its state to the eighth line of this file.
bool PostgresServer::is_ready() const {
  std::ifstream in{folder_ / "data" / "postmaster.pid"};
  std::string line;
  if (!std::getline(in, line) || line != std::to_string(pid_)) return false;
  for (int i = 0; i < 7; ++i) std::getline(in, line);
  return line.starts_with("ready") || line.starts_with("standby");
}

void PostgresServer::stop() {
  if (frozen_) thaw();
  kill(pid_, SIGINT);  // PostgreSQL's "fast" shutdown: closes the connections, then exits
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!has_ended(pid_)) {
    if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGQUIT);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  pid_ = -1;
}

void PostgresServer::demote() {
  stop();
  std::ofstream{folder_ / "data" / "standby.signal"} << "";
  start();
}

std::string PostgresServer::certify(const std::string& name) {
  const std::string certificate = folder_ / "data" / "server.crt";
  run_to_end({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name,
              "-addext", "subjectAltName=DNS:" + name, "-keyout", folder_ / "data" / "server.key", "-out", certificate},
             folder_ / "log");
  has_tls_ = true;
  stop();
  start();
  return certificate;
}

void PostgresServer::freeze() {
  freeze_process(pid_);  // first, so that it starts no new processes
  for (const pid_t child : children_of(pid_)) freeze_process(child);
  frozen_ = true;
}

void PostgresServer::thaw() {
  for (const pid_t child : children_of(pid_)) kill(child, SIGCONT);
  kill(pid_, SIGCONT);
  frozen_ = false;
}

std::string PostgresServer::url(const std::string& password) const {
  return "postgresql://app:" + password + "@127.0.0.1:" + std::to_string(port_) + "/postgres";
}

}  // namespace vitals_test
