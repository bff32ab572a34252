#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/route.hpp"
#include "server/reply.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The last reply to a request, to be sent again while it holds.
class KeptReply {
 public:
  /// Larger ones aren't kept.
  static constexpr std::size_t max_size = 16384;

  [[nodiscard]] bool is_from(std::chrono::sys_seconds second, Persistence persistence) const noexcept {
    return version_ != 0 && second_ == second && persistence_ == persistence;
  }
  /// Of the answer.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

  /// @param version  0 if the answer may not be given again.
  void keep(std::string_view bytes, std::uint64_t version, std::chrono::sys_seconds second,
            Persistence persistence) noexcept {
    clear();  // first: half a reply must not stand for one
    if (version == 0 || bytes.size() > max_size) return;
    try {
      bytes_ = bytes;
      version_ = version;
      second_ = second;
      persistence_ = persistence;
    } catch (...) {
      // Out of memory: it isn't kept.
    }
  }
  void clear() noexcept { version_ = 0; }

 private:
  std::uint64_t version_ = 0;  ///< 0: nothing is kept.
  std::chrono::sys_seconds second_ = {};
  Persistence persistence_ = Persistence::close;
  std::string bytes_ = {};
};

/// The last few requests, by the bytes of their heads: what each of them asks for, and the reply that was last sent to
/// it. Probes repeat themselves, and what a head means depends on nothing but its bytes. So each is scanned and parsed
/// once, and its reply is written once while neither the answer nor the second changes.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class RequestCache {
 public:
  struct Request {
    Route route = {};
    Persistence persistence = Persistence::close;
    KeptReply reply = {};
  };
  /// Longer heads aren't kept.
  static constexpr std::size_t max_head_size = 512;

  /// @returns Null if these bytes aren't a head that is kept. Valid until the next keep().
  [[nodiscard]] Request* find(std::string_view bytes) noexcept {
    for (auto& entry : entries_)
      if (entry.head == bytes) return &entry.request;
    return nullptr;
  }

  /// @param head  A whole request, without a body and without credentials.
  /// @returns As find() does.
  Request* keep(std::string_view head, const Route& route, Persistence persistence) noexcept {
    if (head.size() > max_head_size) return nullptr;
    auto& entry = entries_[next_++ % entries_.size()];
    entry.head.clear();  // first: it must not stand for another request
    entry.request.reply.clear();
    try {
      entry.request.route = route;
      entry.request.persistence = persistence;
      entry.head = head;
      return &entry.request;
    } catch (...) {
      return nullptr;  // Out of memory: it isn't kept.
    }
  }

 private:
  struct Entry {
    std::string head = {};  ///< Empty, which no head is, if nothing is kept here.
    Request request = {};
  };

  std::array<Entry, 4> entries_ = {};  ///< Two probes, from clients of two kinds.
  std::size_t next_ = 0;               ///< To be replaced.
};

}  // namespace detail
}  // namespace vitals::inline v1
