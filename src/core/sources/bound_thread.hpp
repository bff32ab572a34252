#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/process_owner.hpp>

#include "core/sources/thread_facts.hpp"
#include "core/sources/thread_watch.hpp"

namespace vitals::inline v1 {
namespace detail {

/// When a watched thread is due to be looked at: twice before its heartbeat fails, so that the failure can already say
/// what the thread did between the two looks, and repeatedly after that. A thread that beats in time isn't looked at.
///
///        last beat                            end of the limit
///   ─────────┼──────────────────╎─────────────╎────┼───────╎──────────╎───▶
///                             first        second   fails    look_interval()
///
/// @param last  The last look, at whatever silence.
[[nodiscard]] SteadyTime next_look(SteadyTime quiet_since, Duration limit, SteadyTime last) noexcept;
/// Whether that look was taken in this silence.
[[nodiscard]] bool is_recent(SteadyTime look, SteadyTime quiet_since, Duration limit) noexcept;

/// Looks at a thread through /proc/self/task/TID.
class BoundThread final : public ThreadWatch {
 public:
  explicit BoundThread(Duration limit);

  void bind_to_this_thread() override;
  [[nodiscard]] bool in_another_process() const noexcept override { return process_.is_another(); }
  void look(SteadyTime quiet_since, SteadyTime now) noexcept override;
  void add_to(InstantReading& reading, SteadyTime quiet_since) const noexcept override;
  [[nodiscard]] std::string words(SteadyTime quiet_since) const override;

 private:
  /// What a look saw. Without words if the thread's files can't be read.
  struct Seen {
    SharedResult failure = nullptr;
    std::string words = {};
  };

  /// nullopt if the files can't be read, as without /proc.
  [[nodiscard]] std::optional<Whereabouts> find(bool again);
  [[nodiscard]] Seen see(bool again);
  [[nodiscard]] SteadyTime looked() const noexcept { return SteadyTime{Duration{looked_.load()}}; }
  void store(Seen seen, SteadyTime looked) noexcept;

  const Duration limit_;
  ProcessOwner process_;
  std::atomic<Duration::rep> looked_ = SteadyTime::min().time_since_epoch().count();  // stored under seen_mutex_

  std::mutex look_mutex_;  // held while files are read; guards what follows
  std::uint64_t thread_ = 0;
  std::optional<ThreadFacts> bound_;  // nullopt: none, or its files can't be read
  std::optional<ThreadFacts> before_;

  mutable std::mutex seen_mutex_;  // guards what follows
  Seen seen_;
};

}  // namespace detail
}  // namespace vitals::inline v1
