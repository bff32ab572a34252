#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vitals/export.hpp>

#include "server/listen_traces.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The numbers of a server's open sockets, by which a child of fork() closes its copies. The child can't use the other
/// records of them: a thread of the parent may have been changing them during fork(), or closing through them would
/// change what parent and child share.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT OpenDescriptors {
 public:
  /// Numbers from here on, or without memory to keep them, aren't recorded: such a copy stays open in the child.
  static constexpr std::size_t limit = 1'048'576;

  OpenDescriptors() noexcept = default;
  OpenDescriptors(const OpenDescriptors&) = delete;
  OpenDescriptors& operator=(const OpenDescriptors&) = delete;
  ~OpenDescriptors();

  void add(int fd) noexcept;
  /// Call it before the socket is closed: after that its number may be reused at once.
  void remove(int fd) noexcept;

  /// For a child of fork(): closes its copies. It leaves a number alone that the child has reused for another file.
  /// @param listener  The server's; its connections have the same name. Its lock's copy is closed, too.
  /// @param epoll     A descriptor or -1. Closed if any copy of a socket was still open.
  void close_copies(const ListenTraces& listener, int epoll) noexcept;

 private:
  using Word = std::atomic<std::uint64_t>;
  static constexpr std::size_t word_bits = 64;
  static constexpr std::size_t block_words = 64;
  static constexpr std::size_t block_bits = word_bits * block_words;
  using Block = std::array<Word, block_words>;

  std::array<std::atomic<Block*>, limit / block_bits> blocks_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
