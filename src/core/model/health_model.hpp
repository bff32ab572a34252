#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <vitals/registry.hpp>

#include "core/events/event_queue.hpp"
#include "core/model/check_list.hpp"
#include "core/model/probe_rules.hpp"
#include "core/model/snapshot.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What an event has done to a check.
struct CheckChange {
  bool has_result = false;  ///< A new one; a timeout is one.
  bool overdue = false;     ///< Its run has just become overdue.
};

/// What is true of a service: its checks, what they amount to, startup and shutdown.
///
/// No lock, no thread, no user code and nothing that is called: whoever has those puts in events, readings and times.
/// What happens touches the checks that it concerns. Whoever makes it happen then settles: takes the touched checks,
/// judges, tells and books each, and finishes with the probes. Only what may throw needs memory; it is strong.
class HealthModel {
 public:
  HealthModel(RegistryOptions options, const Moment& now);

  [[nodiscard]] CheckList& checks() noexcept { return checks_; }
  [[nodiscard]] const CheckList& checks() const noexcept { return checks_; }

  // What happens
  /// @throws std::bad_alloc
  void add(const std::shared_ptr<Check>& check, const Moment& now);
  CheckList::Checks::node_type remove(std::uint64_t id) noexcept;
  CheckChange apply(Check& check, CheckEvent event, const Moment& now) noexcept;
  /// Whether there is a Runner, and whether there are listeners.
  void set_runner(bool runner) noexcept;
  void set_listened(bool listened) noexcept;
  /// Freezes every report, and readiness as failed. @throws std::bad_alloc
  void shut_down(std::string_view reason, const Moment& now);
  /// Startup has succeeded: freezes its report. @throws std::bad_alloc
  void latch(const Moment& now);
  /// The registry has ended: it has no checks any more, and all its probes fail.
  void close() noexcept;

  // Settling, after which the rest is right
  /// From when on an instant check owes a sign of life: its registration, or the startup latch.
  [[nodiscard]] SteadyTime counted_from(const Check& check) const noexcept;
  /// Judges and tallies; an instant check by what it says now.
  void judge(Check& check, const Moment& now, InstantReading reading = {}) noexcept;
  void book(Check& check, SteadyTime now) noexcept;
  [[nodiscard]] std::optional<Transition> change_of(Probe probe, SteadyTime now) const noexcept;
  void told(Probe probe, SteadyTime now) noexcept;
  void finish(const Moment& now) noexcept;
  /// Whether an answer shows anything else than at the last call.
  [[nodiscard]] bool take_changed() noexcept { return std::exchange(changed_, false); }

  // What is known
  [[nodiscard]] const Life& life() const noexcept { return life_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  /// Whether what the check's report says doesn't change any more.
  [[nodiscard]] bool frozen(const Check& check) const noexcept;
  /// Whether runs of the check are still started.
  [[nodiscard]] bool runs(const Check& check) const noexcept { return !check.instant && !closed_ && !frozen(check); }
  [[nodiscard]] ProbeVerdict verdict_of(Probe probe, SteadyTime now) const noexcept;
  /// The report as it was frozen, if it was: by the startup latch or the shutdown.
  [[nodiscard]] const std::optional<Report>& kept(Probe probe) const noexcept { return frozen_[index_of(probe)]; }
  /// When the timer is to look at a check, or at the probes.
  [[nodiscard]] SteadyTime next_look() const noexcept { return std::min(checks_.first_look(), probes_look_); }

  WallTime phase_since = {};  ///< Since when life() is in its phase.

 private:
  struct Told {
    Status status = Status::pass;
    SteadyTime at = {};
    bool anew = false;  ///< To be told once more, for a new reason.
  };

  const RegistryOptions options_;
  CheckList checks_;
  Life life_;
  Phase phase_ = Phase::serving;
  bool runner_ = false;
  bool listened_ = false;
  bool closed_ = false;
  bool changed_ = false;
  std::array<std::optional<Report>, all_probes.size()> frozen_;
  std::array<Told, all_probes.size()> told_;
  SteadyTime probes_look_ = SteadyTime::max();
};

}  // namespace detail
}  // namespace vitals::inline v1
