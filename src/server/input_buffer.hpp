#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace vitals::inline v1 {
namespace detail {

/// The bytes that a peer has sent and nobody has consumed yet. Small for the usual probe, and grows up to its limit
/// only for a head that needs it.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class InputBuffer {
 public:
  explicit InputBuffer(std::size_t limit) : limit_{limit}, bytes_(std::min(limit, initial_size)) {}

  [[nodiscard]] std::string_view pending() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }

  struct Space {
    char* data;
    std::size_t size;
  };
  /// Where to read to: never empty unless `limit` bytes are pending. Invalidates pending().
  [[nodiscard]] Space space() {
    if (begin_ != 0) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ == bytes_.size()) bytes_.resize(std::min(limit_, 2 * bytes_.size()));
    return {bytes_.data() + end_, bytes_.size() - end_};
  }
  void commit(std::size_t size) noexcept { end_ += size; }
  void consume(std::size_t size) noexcept { begin_ += size; }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t initial_size = 512;

  std::size_t limit_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
