#pragma once

#include <mutex>
#include <thread>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Shuts a socket down at the end of a run, for a library that reads as long as bytes arrive.
///
/// libpq reads a message of a gigabyte in one call if the server sends it fast enough. The shutdown comes from a thread
/// of its own, which the first watch() starts. The connection is reset once the socket is closed.
class SocketLimit {
 public:
  explicit SocketLimit(const RunLimit& limit) : limit_{limit} {}
  SocketLimit(const SocketLimit&) = delete;
  SocketLimit& operator=(const SocketLimit&) = delete;
  ~SocketLimit();

  /// Replaces the socket to shut down; negative: none.
  void watch(int socket);
  /// The run is over its limit, and the connection won't be used again: it is reset when it is closed.
  void abandon();

 private:
  void run();
  void shut_down();
  void reset_when_closed();

  const RunLimit& limit_;
  WakeEvent done_;
  std::mutex mutex_;
  /// A duplicate, because libpq may close its own at any time, and the number may then belong to another socket.
  int watched_ = -1;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals::inline v1
