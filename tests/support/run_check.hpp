#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <utility>

#include <vitals/check.hpp>

namespace vitals_test {

/// A context whose run is overdue after `timeout`.
inline vitals::CheckContext context_for(std::chrono::milliseconds timeout, std::stop_token token = {}) {
  return {std::move(token), vitals::Clock{}.steady_now() + timeout};
}

/// A context in which exactly that time remains, however long the test takes to get there.
inline vitals::CheckContext context_with_exactly(std::chrono::milliseconds remaining) {
  class Standing final : public vitals::Clock::Source {
   public:
    [[nodiscard]] vitals::SteadyTime steady_now() const noexcept override { return {}; }
    [[nodiscard]] vitals::WallTime wall_now() const noexcept override { return {}; }
  };
  return {{}, vitals::SteadyTime{} + remaining, vitals::Clock{std::make_shared<Standing>()}};
}

/// Long enough for everything that should not wait, on any machine.
inline constexpr std::chrono::seconds generous{30};

}  // namespace vitals_test
