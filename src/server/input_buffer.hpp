#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

/// Received bytes that aren't consumed yet. A usual probe fits the buffer's inline storage; for a longer head it
/// allocates, up to its limit.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class InputBuffer {
 public:
  /// @param limit  In bytes; less than 2^32.
  explicit InputBuffer(std::size_t limit) noexcept
      : limit_{static_cast<std::uint32_t>(limit)}, capacity_{std::min(limit_, inline_size)} {}
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;

  [[nodiscard]] std::string_view pending() const noexcept {
    return {(heap_ ? heap_.get() : inline_.data()) + begin_, end_ - begin_};
  }

  struct Space {
    char* data;
    std::size_t size;
  };
  /// Space to read into: never empty unless `limit` bytes are pending. Invalidates pending().
  [[nodiscard]] Space space() {
    if (begin_ != 0) {
      std::memmove(data(), data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == capacity_ && capacity_ < limit_) grow();
    return {data() + end_, capacity_ - end_};
  }
  void commit(std::size_t size) noexcept { end_ += static_cast<std::uint32_t>(size); }
  void consume(std::size_t size) noexcept { begin_ += static_cast<std::uint32_t>(size); }
  void clear() noexcept { begin_ = end_ = 0; }
  /// Frees its allocation if that is larger than 1 KiB. No bytes may be pending.
  void trim() noexcept {
    if (capacity_ <= kept_size) return;
    clear();
    heap_.reset();
    capacity_ = std::min(limit_, inline_size);
  }

 private:
  static constexpr std::uint32_t inline_size = 256;
  static constexpr std::uint32_t kept_size = 1024;

  [[nodiscard]] char* data() noexcept { return heap_ ? heap_.get() : inline_.data(); }
  void grow() {
    const auto size = std::min(limit_, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(larger.get(), data(), end_);
    heap_ = std::move(larger);
    capacity_ = size;
  }

  std::uint32_t limit_;
  std::uint32_t capacity_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  std::unique_ptr<char[]> heap_ = {};
  std::array<char, inline_size> inline_;  // uninitialised to save time: only bytes that were received are read
};

}  // namespace detail
}  // namespace vitals::inline v1
