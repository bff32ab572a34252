#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <vitals/export.hpp>

#include "http/question.hpp"
#include "server/reply.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The last reply to a request. It is sent again while it holds.
class KeptReply {
 public:
  /// Larger ones aren't kept.
  static constexpr std::size_t max_size = ReplyWriter::max_copied;

  [[nodiscard]] bool is_from(std::chrono::sys_seconds second, Persistence persistence) const noexcept {
    return version_ != 0 && second_ == second && persistence_ == persistence;
  }
  /// Of the answer.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
  /// Of such replies; may be null.
  [[nodiscard]] std::uint64_t* counter() const noexcept { return counter_; }

  /// @param version  0 if the answer must not be sent again.
  void keep(std::string_view bytes, std::uint64_t version, std::chrono::sys_seconds second, Persistence persistence,
            std::uint64_t* counter) noexcept {
    clear();  // first, so that a half-copied reply is never sent
    if (version == 0 || bytes.size() > max_size) return;
    try {
      bytes_ = bytes;
      version_ = version;
      second_ = second;
      persistence_ = persistence;
      counter_ = counter;
    } catch (...) {
      // Out of memory: nothing is kept.
    }
  }
  void clear() noexcept { version_ = 0; }

 private:
  std::uint64_t version_ = 0;  ///< 0: nothing is kept.
  std::chrono::sys_seconds second_ = {};
  Persistence persistence_ = Persistence::close;
  std::uint64_t* counter_ = nullptr;
  std::string bytes_ = {};
};

/// The last few requests by the bytes of their heads, each with its route and last reply. Probes repeat themselves, and
/// the meaning of a head depends only on its bytes and on whether its client is on this machine. So each is scanned and parsed once. Its reply is written once per
/// second (for the Date field), or when the answer changes.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT RequestCache {
 public:
  struct Request {
    Question question = {};
    Persistence persistence = Persistence::close;
    KeptReply reply = {};
  };
  /// In bytes; longer heads aren't kept.
  static constexpr std::size_t max_head_size = 512;

  /// @returns Null if these bytes aren't a kept head. Valid until the next keep().
  [[nodiscard]] Request* find(std::string_view bytes, bool is_local) noexcept {
    for (auto& entry : entries_)
      if (entry.head == bytes && entry.is_local == is_local) return &entry.request;
    return nullptr;
  }

  /// @param head  A whole request without body and credentials.
  /// @returns The kept request, as find() returns it; null if it isn't kept.
  Request* keep(std::string_view head, bool is_local, const Question& question, Persistence persistence) noexcept;

 private:
  struct Entry {
    std::string head = {};  ///< Empty: the entry is unused.
    bool is_local = false;
    Request request = {};
  };

  std::array<Entry, 4> entries_ = {};  ///< Enough for two probes by two kinds of client.
  std::size_t next_ = 0;               ///< The entry to replace next, modulo their number.
};

}  // namespace detail
}  // namespace vitals::inline v1
