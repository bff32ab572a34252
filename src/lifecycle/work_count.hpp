#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/model/work_gauge.hpp"
#include "lifecycle/wake.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How much work is in flight, and whether more may begin.
///
/// @par Thread safety  Shared objects: safe, and lock-free.
class WorkCount final : public WorkGauge {
 public:
  explicit WorkCount(std::shared_ptr<Wake> wake) noexcept : wake_{std::move(wake)} {}

  /// False after close().
  [[nodiscard]] bool begin() noexcept {
    auto bits = bits_.load(std::memory_order_relaxed);
    while ((bits & closed) == 0)
      if (bits_.compare_exchange_weak(bits, bits + one, std::memory_order_acq_rel)) return true;
    return false;
  }
  /// After close() it wakes the thread that waits for the end.
  void end() noexcept {
    if ((bits_.fetch_sub(one, std::memory_order_acq_rel) & closed) != 0) wake_->notify();
  }
  void close() noexcept { bits_.fetch_or(closed, std::memory_order_acq_rel); }

  [[nodiscard]] std::size_t in_flight() const noexcept override { return bits_.load(std::memory_order_acquire) / one; }

 private:
  static constexpr std::size_t closed = 1;
  static constexpr std::size_t one = 2;

  const std::shared_ptr<Wake> wake_;
  std::atomic<std::size_t> bits_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
