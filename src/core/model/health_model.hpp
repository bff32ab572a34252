#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <vitals/registry.hpp>

#include "core/events/event_queue.hpp"
#include "core/model/check_list.hpp"
#include "core/model/probe_rules.hpp"
#include "core/model/snapshot.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What becomes of readiness when the shutdown begins.
enum class Readiness { fails, stays };

/// What an event has changed in a check.
struct CheckChange {
  bool has_result = false;  ///< There is a new one, or a timeout.
  bool overdue = false;     ///< Its run has just become overdue.
};

/// The health of a service: its checks, their verdicts, startup and shutdown.
///
/// No lock, no thread, no user code: callers pass in events, readings and times. A change touches the checks that it
/// concerns. The caller then settles: it takes the touched checks, judges, announces and books each, and finishes with
/// the probes. Only functions that may throw allocate; their guarantee is strong.
class HealthModel {
 public:
  HealthModel(RegistryOptions options, const Moment& now);

  [[nodiscard]] CheckList& checks() noexcept { return checks_; }
  [[nodiscard]] const CheckList& checks() const noexcept { return checks_; }

  // Changes
  /// @throws std::bad_alloc
  void add(const std::shared_ptr<Check>& check, const Moment& now);
  CheckList::Checks::node_type remove(std::uint64_t id) noexcept;
  CheckChange apply(Check& check, CheckEvent event, const Moment& now) noexcept;
  void set_runner(bool runner) noexcept;
  void set_listened(bool listened) noexcept;
  /// Freezes every report, readiness as failed or as it is. @throws std::bad_alloc
  void shut_down(std::string reason, Readiness readiness, const Moment& now);
  /// Startup has succeeded: freezes its report. @throws std::bad_alloc
  void latch(const Moment& now);
  /// Ends the registry: it has no checks any more, and all its probes fail.
  void close() noexcept;

  // Settling
  /// From when the limits of an instant check count: its registration or the startup latch, whichever is later.
  [[nodiscard]] SteadyTime counted_from(const Check& check) const noexcept;
  /// Updates the verdict and the tally. An instant check is judged by `reading`.
  void judge(Check& check, const Moment& now, InstantReading reading = {}) noexcept;
  void book(Check& check, SteadyTime now) noexcept;
  [[nodiscard]] std::optional<Transition> change_of(Probe probe, SteadyTime now) const noexcept;
  void mark_announced(Probe probe, SteadyTime now) noexcept;
  void finish(const Moment& now) noexcept;
  /// Whether answers may have changed since the last call.
  [[nodiscard]] bool take_changed() noexcept { return std::exchange(changed_, false); }

  // Queries: settle before
  [[nodiscard]] const Life& life() const noexcept { return life_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  /// Whether the check's report no longer changes.
  [[nodiscard]] bool frozen(const Check& check) const noexcept;
  /// Whether new runs of the check are still started.
  [[nodiscard]] bool runs(const Check& check) const noexcept { return !check.instant && !closed_ && !frozen(check); }
  [[nodiscard]] ProbeVerdict verdict_of(Probe probe, SteadyTime now) const noexcept;
  /// The frozen report, if the startup latch or the shutdown has frozen it.
  [[nodiscard]] const std::optional<Report>& kept(Probe probe) const noexcept { return frozen_[index_of(probe)]; }
  /// When the timer must next settle a check or the probes.
  [[nodiscard]] SteadyTime next_look() const noexcept { return std::min(checks_.first_look(), probes_look_); }

  WallTime phase_since = {};
  const WallTime started;

 private:
  struct Announced {
    Status status = Status::pass;
    SteadyTime at = {};
    bool again = false;  ///< To be announced again, for a new reason.
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
  std::array<Announced, all_probes.size()> announced_;
  SteadyTime probes_look_ = SteadyTime::max();
};

}  // namespace detail
}  // namespace vitals::inline v1
