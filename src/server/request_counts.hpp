#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

/// How many answers a server has given since its construction, by what they were about and their status code.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class RequestCounts {
 public:
  using Counts = std::map<std::pair<std::string_view, int>, std::uint64_t>;

  /// The counter of such answers, valid as long as this object; null if there is no memory for it.
  /// @param subject  A literal.
  [[nodiscard]] std::uint64_t* counter(std::string_view subject, int status) noexcept {
    try {
      return &counts_[{subject, status}];
    } catch (...) {
      return nullptr;
    }
  }
  [[nodiscard]] const Counts& all() const noexcept { return counts_; }

 private:
  Counts counts_;
};

}  // namespace detail
}  // namespace vitals::inline v1
