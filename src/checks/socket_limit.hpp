#pragma once

#include <mutex>
#include <thread>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Ends the reading of a socket at the end of a run, for a library that reads as long as bytes arrive.
///
/// libpq reads a message of a gigabyte in one call if the server sends it fast enough. This shuts the socket down then,
/// from a thread of its own, which exists only from the first watch() on.
class SocketLimit {
 public:
  explicit SocketLimit(const RunLimit& limit) : limit_{limit} {}
  SocketLimit(const SocketLimit&) = delete;
  SocketLimit& operator=(const SocketLimit&) = delete;
  ~SocketLimit();

  /// From now on this socket is the one to shut down; a negative one is none.
  void watch(int socket);

 private:
  void run();
  void shut_down();

  const RunLimit& limit_;
  WakeEvent done_;
  std::mutex mutex_;
  int watched_ =
      -1;  ///< A duplicate: libpq may close its own at any time, and the number may be another socket's then.
  bool over_ = false;
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals::inline v1
