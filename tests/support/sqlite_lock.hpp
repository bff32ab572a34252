#pragma once

#include <fcntl.h>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vitals_test {

/// Whether this process holds a lock on the database that keeps other processes from writing.
inline bool keeps_writers_out(const std::string& path) {
  const pid_t child = fork();  // a process can't detect its own locks
  if (child == 0) {
    constexpr off_t reserved_byte = 0x40000001;  // https://www.sqlite.org/fileformat.html#the_lock_byte_page
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = reserved_byte;
    lock.l_len = 1;
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    _exit(fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

}  // namespace vitals_test
