#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vitals/export.hpp>

#include "server/listen_traces.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The numbers of the sockets that a server has open. A child of fork() closes its copies by them: whatever else
/// knows them may have been changed by a thread of the parent at that moment, or would change what both share.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT OpenDescriptors {
 public:
  /// Numbers from here on, or for which there is no memory, aren't kept: such a copy stays open in a child.
  static constexpr std::size_t limit = 1'048'576;

  OpenDescriptors() noexcept = default;
  OpenDescriptors(const OpenDescriptors&) = delete;
  OpenDescriptors& operator=(const OpenDescriptors&) = delete;
  ~OpenDescriptors();

  void add(int fd) noexcept;
  /// Before it is closed: its number may be another one's right after that.
  void remove(int fd) noexcept;

  /// For a child of fork(): closes those that are still sockets of the server. The child may have closed its copies
  /// itself, and have something else under their numbers.
  /// @param listener  Of the server: its sockets have the same name. The copy of its lock is closed, too.
  /// @param set       Of epoll, or -1: closed if any of the sockets was still there.
  void close_copies(const ListenTraces& listener, int set) noexcept;

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
