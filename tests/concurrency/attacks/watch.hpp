#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include <vitals/vitals.hpp>

namespace vitals_test {

/// Blocks its callers until it is released. Copies share one state: a check that may be abandoned holds a copy.
class HoldUp {
 public:
  void wait() const {
    std::unique_lock lock{state_->mutex};
    state_->released.wait(lock, [&] { return state_->over; });
  }
  /// Blocks for at most this long.
  void wait_for(vitals::Duration duration) const {
    std::unique_lock lock{state_->mutex};
    state_->released.wait_for(lock, duration, [&] { return state_->over; });
  }
  void release() const {
    const std::lock_guard lock{state_->mutex};
    state_->over = true;
    state_->released.notify_all();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable released;
    bool over = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// The options of a check that passes: it neither fails nor becomes stale on a machine that is too slow for its
/// timeout.
inline vitals::CheckOptions well(vitals::Schedule schedule = vitals::on_demand()) {
  return {.schedule = schedule, .failure_threshold = 1000, .stale_after = std::chrono::minutes{1}};
}

/// Whether every check of that name has begun this many runs and passes.
inline bool all_ran(const vitals::Report& report, const std::string& name, std::uint64_t runs) {
  for (const auto& check : report.checks())
    if (check.name.starts_with(name) && (check.runs < runs || check.status != vitals::Status::pass)) return false;
  return true;
}

/// Counts the runs of checks. Copies share the counts.
class Watch {
 public:
  using Check = std::function<vitals::CheckResult(const vitals::CheckContext&)>;

  /// A watched check that does `work`, which throws to fail.
  [[nodiscard]] Check over(std::function<void(const vitals::CheckContext&)> work) const {
    return [counts = counts_, running = std::make_shared<std::atomic<int>>(0),
            work = std::move(work)](const vitals::CheckContext& context) {
      const Run run{*running, *counts};
      const std::stop_callback on_stop{context.stop_token(), [&] { ++counts->told_to_stop; }};
      work(context);
      return vitals::CheckResult::pass();
    };
  }

  /// How many runs began during another run of the same check.
  [[nodiscard]] int overlaps() const noexcept { return counts_->overlaps; }
  [[nodiscard]] int runs() const noexcept { return counts_->runs; }
  /// The most runs of different checks that were in progress at the same time.
  [[nodiscard]] int most_at_once() const noexcept { return counts_->most_at_once; }
  [[nodiscard]] int told_to_stop() const noexcept { return counts_->told_to_stop; }

 private:
  struct Counts {
    std::atomic<int> overlaps = 0;
    std::atomic<int> runs = 0;
    std::atomic<int> under_way = 0;
    std::atomic<int> most_at_once = 0;
    std::atomic<int> told_to_stop = 0;
  };
  /// A run from its beginning to its end, which may be an exception.
  class Run {
   public:
    Run(std::atomic<int>& running, Counts& counts) : running_{running}, counts_{counts} {
      if (running_.fetch_add(1) > 0) ++counts.overlaps;
      ++counts.runs;
      const int under_way = ++counts.under_way;
      for (int most = counts.most_at_once; most < under_way;)
        if (counts.most_at_once.compare_exchange_weak(most, under_way)) break;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() {
      --counts_.under_way;
      --running_;
    }

   private:
    std::atomic<int>& running_;
    Counts& counts_;
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace vitals_test
