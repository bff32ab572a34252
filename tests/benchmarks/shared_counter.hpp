#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace vitals_test {

/// A number in the first eight bytes of a file, where other processes can read it at any time. It may count before
/// open().
class SharedCounter {
 public:
  /// @param variable  The environment variable that names the file.
  void open(const char* variable) noexcept {
    const char* const path = std::getenv(variable);
    const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (ftruncate(file, sizeof(Number)) == 0) {
      void* const memory = mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (memory != MAP_FAILED) number_ = static_cast<Number*>(memory);
    }
    close(file);
  }
  void count() noexcept { number_->fetch_add(1, std::memory_order_relaxed); }

 private:
  using Number = std::atomic<std::uint64_t>;

  Number before_the_file_ = 0;
  Number* number_ = &before_the_file_;
};

}  // namespace vitals_test
