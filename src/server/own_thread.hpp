#pragma once

#include <memory>

#include "server/host.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A thread of the server's own, and the host on it: an io_context of Asio's.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: for whoever starts and ends it.
class OwnThread {
 public:
  /// @throws std::system_error  if the process has no descriptor left.
  OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
  ~OwnThread();

  [[nodiscard]] std::shared_ptr<Host> host() const noexcept;

  /// @param short_slice  See HealthServerOptions::short_time_slice.
  /// @throws std::system_error  if there is no thread to be had.
  void start(bool short_slice);
  /// Ends the thread: there is no turn any more.
  void join() noexcept;
  /// Drops what was posted, and what is still to come.
  void close() noexcept;

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
};

}  // namespace detail
}  // namespace vitals::inline v1
