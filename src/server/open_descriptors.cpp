#include "server/open_descriptors.hpp"

#include <bit>
#include <new>
#include <sys/stat.h>
#include <unistd.h>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// An epoll descriptor has no file type.
bool may_be_epoll(int fd) noexcept {
  struct stat state = {};
  return ::fstat(fd, &state) == 0 && (state.st_mode & S_IFMT) == 0;
}

}  // namespace

OpenDescriptors::~OpenDescriptors() {
  for (auto& block : blocks_) delete block.load(std::memory_order_relaxed);
}

// No atomic read-modify-write: only one thread at a time changes a word. Other threads read it only in a child of
// fork(), which has its own copy.
void OpenDescriptors::add(int fd) noexcept {
  const auto number = static_cast<std::size_t>(fd);
  if (fd < 0 || number >= limit) return;
  auto& slot = blocks_[number / block_bits];
  auto* block = slot.load(std::memory_order_relaxed);
  if (block == nullptr) {
    block = new (std::nothrow) Block{};
    if (block == nullptr) return;
    slot.store(block, std::memory_order_release);
  }
  auto& word = (*block)[number % block_bits / word_bits];
  word.store(word.load(std::memory_order_relaxed) | std::uint64_t{1} << number % word_bits, std::memory_order_relaxed);
}

void OpenDescriptors::remove(int fd) noexcept {
  const auto number = static_cast<std::size_t>(fd);
  if (fd < 0 || number >= limit) return;
  auto* block = blocks_[number / block_bits].load(std::memory_order_relaxed);
  if (block == nullptr) return;
  auto& word = (*block)[number % block_bits / word_bits];
  word.store(word.load(std::memory_order_relaxed) & ~(std::uint64_t{1} << number % word_bits),
             std::memory_order_release);
}

void OpenDescriptors::close_copies(const ListenTraces& listener, int epoll) noexcept {
  bool any = false;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    auto* block = blocks_[i].load(std::memory_order_relaxed);
    if (block == nullptr) continue;
    for (std::size_t j = 0; j < block_words; ++j) {
      for (auto bits = (*block)[j].exchange(0); bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
        const auto fd = static_cast<int>(i * block_bits + j * word_bits + bit);
        if (!listener.name.is_same(SocketName{fd})) continue;
        any = true;
        ::close(fd);
      }
    }
  }
  listener.lock.close();
  if (any && epoll >= 0 && may_be_epoll(epoll)) ::close(epoll);
}

}  // namespace detail
}  // namespace vitals::inline v1
