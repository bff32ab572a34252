// Preloaded into a program under test, it prints the events that the test waits for on standard error.

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int listen(int fd, int backlog) noexcept {
  const int result = real<int (*)(int, int)>("listen")(fd, backlog);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (result == 0 && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    // The port has the same offset for both address families.
    dprintf(STDERR_FILENO, "listens: %d\n", ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port));
  }
  return result;
}

extern "C" int sigaction(int number, const struct sigaction* action, struct sigaction* old) noexcept {
  using Real = int (*)(int, const struct sigaction*, struct sigaction*);
  const int result = real<Real>("sigaction")(number, action, old);
  if (result == 0 && number == SIGTERM && action != nullptr) dprintf(STDERR_FILENO, "handles: SIGTERM\n");
  return result;
}
