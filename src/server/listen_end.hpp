#pragma once

#include <memory>

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

class SocketFile;
struct LockCopy;

/// How a socket ceases to listen. Whoever closes a listener ends it first, and needn't know what kind it is.
///
/// If it is destroyed without end(), as when a start fails, a file that goes with the socket is removed all the same.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par fork()         In a child, the destructor does nothing. end() isn't for a child.
class VITALS_EXPORT ListenEnd {
 public:
  /// Of a socket that is ours alone.
  ListenEnd() noexcept;
  /// @param file  Removed with the socket's end.
  explicit ListenEnd(std::unique_ptr<SocketFile> file) noexcept;
  /// Of a socket that others have, too: it listens for them.
  [[nodiscard]] static ListenEnd of_inherited() noexcept;
  ListenEnd(ListenEnd&& other) noexcept;
  ListenEnd& operator=(ListenEnd&& other) noexcept;
  ~ListenEnd();

  /// Before `fd` is closed: refuses new clients and those who wait to be accepted, even if a child of fork() has a
  /// copy of the socket, and removes its file. An inherited socket is left as it is. Idempotent.
  void end(int fd) noexcept;

  /// Of the file's lock; of nothing if there is none.
  [[nodiscard]] LockCopy lock_copy() const noexcept;

 private:
  bool inherited_ = false;
  std::unique_ptr<SocketFile> file_;
};

}  // namespace detail
}  // namespace vitals::inline v1
