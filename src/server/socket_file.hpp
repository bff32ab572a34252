#pragma once

#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <vitals/process_owner.hpp>

#include "server/descriptor.hpp"
#include "server/file_id.hpp"
#include "server/lock_copy.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The file of a UNIX socket. It owns the path from its construction to remove().
///
/// The process that holds the lock on `<path>.lock` owns the path. The lock file is never removed: otherwise one
/// process could lock the removed file while another locks a new one.
///
///     locked ──(no file, or the socket of a dead server)──▶ free ──bind()──▶ bound ──remove()──▶ gone
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par fork()         In a child, remove() and the destructor do nothing.
class SocketFile {
 public:
  /// Locks the path and removes the file of a server that has died.
  /// @param name  The server's, for messages.
  /// @throws std::system_error  with EADDRINUSE if another server has the lock or listens, with ENOTSOCK if the file
  ///                            isn't a socket.
  SocketFile(std::string name, const sockaddr_un& address);
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  /// The same as remove().
  ~SocketFile();

  /// Makes the file with exactly `mode`, whatever the umask. At no time does it have more permissions.
  /// @param fd  An unbound socket.
  /// @throws std::system_error
  void bind(int fd, mode_t mode);
  /// Removes the file, unless another one has replaced it, and unlocks the path.
  void remove() noexcept;
  [[nodiscard]] LockCopy lock_copy() const noexcept { return {.fd = lock_.get(), .id = lock_id_}; }

 private:
  void lock();
  void free_path();
  /// @returns errno of connect(); 0 if a server listens.
  [[nodiscard]] int connect() const noexcept;
  void set_mode(mode_t mode);
  void unlink_if(const FileId& id) const noexcept;

  std::string name_;
  sockaddr_un address_;
  Descriptor lock_ = {};
  FileId lock_id_ = {};
  std::optional<FileId> bound_ = {};
  ProcessOwner owner_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
