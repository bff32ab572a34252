#pragma once

#include <memory>

#include "server/host.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The server's own thread, and the host on it: an Asio io_context.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class OwnThread {
 public:
  /// @throws std::system_error  if the process has no descriptor left.
  OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
  ~OwnThread();

  [[nodiscard]] std::shared_ptr<Host> host() const noexcept;

  /// @param short_slice  See HealthServerOptions::short_time_slice.
  /// @throws std::system_error  if the thread can't be created.
  void start(bool short_slice);
  /// Ends the thread, and with it the server's turns.
  void join() noexcept;
  /// Drops the posted tasks and all later ones.
  void close() noexcept;

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
};

}  // namespace detail
}  // namespace vitals::inline v1
