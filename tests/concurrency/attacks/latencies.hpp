#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace vitals_test {

/// How long the answers took to one way of asking.
class Latencies {
 public:
  void add(std::chrono::nanoseconds took, int status) {
    took_.push_back(took);
    if (status == 200) ++good_;
    sorted_ = false;
  }
  void add(const Latencies& others) {
    took_.insert(took_.end(), others.took_.begin(), others.took_.end());
    good_ += others.good_;
    sorted_ = false;
  }

  [[nodiscard]] std::size_t count() const noexcept { return took_.size(); }
  /// How many of them were a 200.
  [[nodiscard]] std::size_t good() const noexcept { return good_; }
  /// What that many per mille of the answers didn't exceed: 1000 is the longest.
  [[nodiscard]] std::chrono::nanoseconds per_mille(std::size_t part) {
    if (took_.empty()) return {};
    if (!sorted_) std::sort(took_.begin(), took_.end());
    sorted_ = true;
    return took_[std::min(took_.size() - 1, took_.size() * part / 1000)];
  }
  [[nodiscard]] std::size_t over(std::chrono::nanoseconds limit) const {
    return static_cast<std::size_t>(std::count_if(took_.begin(), took_.end(), [&](auto took) { return took > limit; }));
  }

 private:
  std::vector<std::chrono::nanoseconds> took_;
  std::size_t good_ = 0;
  bool sorted_ = true;
};

}  // namespace vitals_test
