#pragma once

#include <memory>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

class SocketFile;
struct LockCopy;

/// How a socket of each kind stops listening. Call end() before the listener is closed.
///
/// If a start fails it is destroyed without end(); that removes the socket's file, too.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par fork()         In a child, the destructor does nothing. end() isn't for a child.
class VITALS_EXPORT ListenEnd {
 public:
  /// For a socket that the server opened itself.
  ListenEnd() noexcept;
  /// @param file  Removed by end().
  explicit ListenEnd(std::unique_ptr<SocketFile> file) noexcept;
  /// For a socket that other processes also have: it goes on listening for them.
  [[nodiscard]] static ListenEnd of_inherited() noexcept;
  ListenEnd(ListenEnd&& other) noexcept;
  ListenEnd& operator=(ListenEnd&& other) noexcept;
  ~ListenEnd();

  /// Refuses new and pending connections, even if a child of fork() has a copy of the socket, and removes the socket's
  /// file. Does nothing to an inherited socket. Idempotent.
  void end(int fd) noexcept;

  /// Empty if there is no file.
  [[nodiscard]] LockCopy lock_copy() const noexcept;

 private:
  bool inherited_ = false;
  std::unique_ptr<SocketFile> file_;
};

}  // namespace detail
}  // namespace vitals::inline v1
