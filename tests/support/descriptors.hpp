#pragma once

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace vitals_test {

/// The descriptors that this process has open.
inline std::set<int> open_descriptors() {
  std::set<int> descriptors;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const int fd = std::stoi(entry.path().filename().string());
    std::error_code gone;  // the descriptor of the listing itself is closed by now
    if (std::filesystem::exists(std::filesystem::symlink_status(entry.path(), gone))) descriptors.insert(fd);
  }
  std::erase_if(descriptors, [](int fd) { return fcntl(fd, F_GETFD) < 0; });
  return descriptors;
}

/// The open descriptors that are sockets. Makes no call on the descriptors themselves: they belong to other threads.
inline std::set<int> open_sockets() {
  std::set<int> sockets;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (!gone && target.starts_with("socket:")) sockets.insert(std::stoi(entry.path().filename().string()));
  }
  return sockets;
}

/// How many of the open sockets belong to a server: its listener and its connections.
inline std::size_t sockets_of(std::uint16_t port) {
  std::size_t count = 0;
  for (const int fd : open_sockets()) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 && ntohs(name.sin_port) == port) ++count;
  }
  return count;
}

inline bool is_close_on_exec(int fd) { return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

/// Changes the limit of descriptors while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto changed = before_;
    changed.rlim_cur = limit;
    ::setrlimit(RLIMIT_NOFILE, &changed);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  /// The highest limit that the process may set.
  static rlim_t hard() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max;
  }

 private:
  rlimit before_{};
};

/// Opens as many descriptors as the process may have, except the last few.
class LastDescriptor {
 public:
  explicit LastDescriptor(int left = 1) {
    for (int fd = ::dup(STDERR_FILENO); fd >= 0; fd = ::dup(STDERR_FILENO)) taken_.push_back(fd);
    for (; left > 0; --left) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }
  LastDescriptor(const LastDescriptor&) = delete;
  LastDescriptor& operator=(const LastDescriptor&) = delete;
  ~LastDescriptor() { give_back(); }

  void give_back() {
    for (const int fd : taken_) ::close(fd);
    taken_.clear();
  }

 private:
  const DescriptorLimit limit_{256};
  std::vector<int> taken_;
};

}  // namespace vitals_test
