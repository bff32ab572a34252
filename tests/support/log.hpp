#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace vitals_test {

/// Records what a server logs, as its `log` option. Copies share one record.
class Log {
 public:
  void operator()(std::string_view line) const {
    const std::lock_guard lock{state_->mutex};
    state_->lines.emplace_back(line);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock{state_->mutex};
    return state_->lines;
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<std::string> lines;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace vitals_test
