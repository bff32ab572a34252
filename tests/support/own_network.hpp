#pragma once

#include <net/if.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace vitals_test {

/// Network interfaces of this thread's own, and of the threads and programs that it starts. Only root gets them.
class OwnNetwork {
 public:
  /// Whether this process may have one: root in a container may not.
  static bool is_allowed() {
    bool allowed = false;
    std::thread{[&] { allowed = ::unshare(CLONE_NEWNET) == 0; }}.join();
    return allowed;
  }

  OwnNetwork() {
    if (::unshare(CLONE_NEWNET) != 0) throw std::runtime_error{"no network of its own"};
    set_loopback(true);
  }
  static void set_loopback(bool up) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::string{"lo"}.copy(static_cast<char*>(request.ifr_name), sizeof request.ifr_name);
    request.ifr_flags = static_cast<short>(up ? IFF_UP | IFF_RUNNING : 0);
    const int status = ::ioctl(fd, SIOCSIFFLAGS, &request);
    ::close(fd);
    if (status != 0) throw std::runtime_error{"can't change the network"};
  }
};

}  // namespace vitals_test
