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

/// The latencies of one kind of probe.
class Latencies {
 public:
  /// @param late  The answer came after its Control.
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
  /// How many answers were a 200.
  [[nodiscard]] std::size_t good() const noexcept { return good_; }
  [[nodiscard]] std::size_t late() const noexcept { return late_; }
  /// The latency that `part` per mille of the answers don't exceed; 1000: the longest.
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

/// The latencies of all kinds of probes.
class Answers {
 public:
  explicit Answers(std::map<std::string, Latencies> by_route) : by_route_{std::move(by_route)} {}

  [[nodiscard]] const std::map<std::string, Latencies>& by_route() const noexcept { return by_route_; }
  /// The latencies of the routes that begin with `probe`; empty: of all.
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
