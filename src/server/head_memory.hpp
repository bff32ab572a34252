#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "http/route.hpp"
#include "server/reply.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What the last few heads meant. A probe says the same each time, and what a head means depends on nothing but its
/// bytes: it needs to be scanned and parsed only once.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class HeadMemory {
 public:
  struct Meaning {
    Route route = {};
    Persistence persistence = Persistence::close;
  };
  /// A longer one is forgotten at once.
  static constexpr std::size_t max_head_size = 512;

  /// @returns Null if these bytes are no head that is known. Else valid until the next keep().
  [[nodiscard]] const Meaning* find(std::string_view bytes) const noexcept {
    for (const auto& entry : entries_)
      if (entry.head == bytes) return &entry.meaning;
    return nullptr;
  }

  /// @param head  All of a request: one without a body.
  void keep(std::string_view head, const Meaning& meaning) noexcept {
    if (head.size() > max_head_size) return;
    auto& entry = entries_[next_++ % entries_.size()];
    entry.head.clear();  // first: it must not stand for another meaning
    try {
      entry.meaning = meaning;
      entry.head = head;
    } catch (...) {
      // Out of memory: it isn't remembered.
    }
  }

 private:
  struct Entry {
    std::string head = {};  ///< Empty, and no head, if there is none.
    Meaning meaning = {};
  };

  std::array<Entry, 4> entries_ = {};
  std::size_t next_ = 0;  ///< To be written over.
};

}  // namespace detail
}  // namespace vitals::inline v1
