#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace vitals_test {

/// A `log` option whose destructor is user code as well: it calls what the test says, for each copy.
class EndingLog {
 public:
  using AtEnd = std::shared_ptr<std::function<void()>>;

  /// @param at_end  Nothing happens while it holds none.
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
