#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/wait.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The runs of one probe's checks that are on their way and wanted, and the requests that wait for them.
///
/// A request waits for what is pending when it comes and for nothing that comes later: otherwise it would wait for good
/// where many checks take turns. Runs are numbered in the order in which they come, so that a request's wait is over
/// when the oldest run left is younger than the request. Nothing here costs more for more requests or more runs than
/// finding one among them.
class PendingRuns {
 public:
  using Number = std::uint64_t;

  [[nodiscard]] bool empty() const noexcept { return numbers_.empty(); }

  Number add() { return *numbers_.insert(numbers_.end(), ++last_); }

  /// Adds the waits that this has ended to `ended`.
  void remove(Number number, std::vector<std::shared_ptr<Wait>>& ended) {
    numbers_.erase(number);
    while (!waits_.empty() && (numbers_.empty() || waits_.front().last < *numbers_.begin())) {
      auto& wait = waits_.front().wait;
      if (--wait->outstanding == 0) ended.push_back(std::move(wait));
      waits_.pop_front();
    }
  }

  /// Has the wait last until all that is pending now is over.
  void add_wait(const std::shared_ptr<Wait>& wait) {
    if (numbers_.empty()) return;
    while (!waits_.empty() && waits_.front().wait->over) waits_.pop_front();
    waits_.push_back({last_, wait});
    ++wait->outstanding;
  }

 private:
  struct NumberedWait {
    Number last;  // that it waits for
    std::shared_ptr<Wait> wait;
  };

  Number last_ = 0;
  std::set<Number> numbers_;
  std::deque<NumberedWait> waits_;
};

}  // namespace detail
}  // namespace vitals::inline v1
