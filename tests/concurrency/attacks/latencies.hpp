#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitals_test {

/// How long the answers took to one way of asking.
class Latencies {
 public:
  /// @param late  It came after its Control.
  void add(std::chrono::nanoseconds took, int status, bool late) {
    took_.push_back(took);
    if (status == 200) ++good_;
    if (late) ++late_;
    sorted_ = false;
  }
  void add(const Latencies& others) {
    took_.insert(took_.end(), others.took_.begin(), others.took_.end());
    good_ += others.good_;
    late_ += others.late_;
    sorted_ = false;
  }

  [[nodiscard]] std::size_t count() const noexcept { return took_.size(); }
  /// How many of them were a 200.
  [[nodiscard]] std::size_t good() const noexcept { return good_; }
  [[nodiscard]] std::size_t late() const noexcept { return late_; }
  /// What that many per mille of the answers didn't exceed: 1000 is the longest.
  [[nodiscard]] std::chrono::nanoseconds per_mille(std::size_t part) {
    if (took_.empty()) return {};
    if (!sorted_) std::sort(took_.begin(), took_.end());
    sorted_ = true;
    return took_[std::min(took_.size() - 1, took_.size() * part / 1000)];
  }

 private:
  std::vector<std::chrono::nanoseconds> took_;
  std::size_t good_ = 0;
  std::size_t late_ = 0;
  bool sorted_ = true;
};

/// The same for all the ways of asking.
class Answers {
 public:
  explicit Answers(std::map<std::string, Latencies> by_route) : by_route_{std::move(by_route)} {}

  [[nodiscard]] const std::map<std::string, Latencies>& by_route() const noexcept { return by_route_; }
  /// Of the routes that begin so: of one probe; empty: all.
  [[nodiscard]] Latencies of(std::string_view probe) const {
    Latencies answers;
    for (const auto& [route, latencies] : by_route_)
      if (route.starts_with(probe)) answers.add(latencies);
    return answers;
  }
  [[nodiscard]] bool all_good(std::string_view probe) const {
    const auto answers = of(probe);
    return answers.count() > 0 && answers.good() == answers.count();
  }

 private:
  std::map<std::string, Latencies> by_route_;
};

}  // namespace vitals_test
