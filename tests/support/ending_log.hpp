#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace vitals_test {

/// A `log` option whose destructor is user code as well: each copy calls the test's function when it is destroyed.
class EndingLog {
 public:
  using AtEnd = std::shared_ptr<std::function<void()>>;

  /// @param at_end  While it is empty, nothing happens.
  explicit EndingLog(AtEnd at_end) : at_end_{std::move(at_end)} {}
  EndingLog(const EndingLog&) = default;
  EndingLog& operator=(const EndingLog&) = delete;
  ~EndingLog() {
    if (*at_end_) (*at_end_)();
  }

  void operator()(std::string_view) const {}

 private:
  AtEnd at_end_;
};

}  // namespace vitals_test
