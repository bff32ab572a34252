#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/registry.hpp>
#include <vitals/report.hpp>

#include "core_random_facts.hpp"

namespace vitals::inline v1::test {

inline constexpr std::array all_three_probes{Probe::liveness, Probe::readiness, Probe::startup};

/// What a HealthRegistry without a Runner should report, written from the rules: a list of facts from which each answer
/// is computed anew. It stores only what can't be computed later: when startup succeeded, and the frozen reports.
///
/// Two things are random in a registry, so the test passes them to the model: which checks run_due() calls, and whether
/// it counts a missed turn (see Turn).
class ReferenceModel {
 public:
  using Check = std::shared_ptr<CheckFacts>;

  ReferenceModel(RegistryOptions options, SteadyTime now) : options_{std::move(options)}, constructed_{now} {}

  void add(Check check, SteadyTime now);
  void remove(const CheckFacts& check, SteadyTime now);
  void begin_shutdown(std::string_view reason, bool keeps_readiness, SteadyTime now);

  /// Decides whether startup has succeeded. Call it after each fact and before each answer.
  void settle(SteadyTime now);

  /// A probe of all checks of `probes`, or of only one. Makes the checks that it needs due, or counts a missed turn.
  void ask(const std::vector<Probe>& probes, const CheckFacts* only, SteadyTime now);

  /// Whether run_due() counts a missed turn of an overdue check.
  enum class Turn { none, unknown, missed };
  [[nodiscard]] Turn turn_of(const CheckFacts& check, SteadyTime now) const;

  /// Whether run_due() may call the check, and whether it must.
  [[nodiscard]] bool may_run(const CheckFacts& check) const;
  [[nodiscard]] bool must_run(const CheckFacts& check, SteadyTime now) const;

  [[nodiscard]] Report::Data report(Probe probe, SteadyTime now) const;
  /// The report of the check that has this name at the endpoint now.
  [[nodiscard]] std::optional<CheckReport> report(std::string_view name, SteadyTime now) const;

  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return checks_; }
  [[nodiscard]] bool latched() const noexcept { return latched_.has_value(); }
  /// Whether the probe's report no longer changes.
  [[nodiscard]] bool frozen(Probe probe) const noexcept { return shut_down_ || (latched_ && probe == Probe::startup); }
  [[nodiscard]] bool shut_down() const noexcept { return shut_down_.has_value(); }
  /// The reason of a shutdown that has failed readiness. A shutdown that keeps readiness sends no event.
  [[nodiscard]] const std::optional<std::string>& shutdown_reason() const noexcept { return reason_; }
  /// Whether, after the limit, the probe may report either reason because it had failed before.
  [[nodiscard]] bool may_say_overran(Probe probe, SteadyTime now) const;
  [[nodiscard]] std::vector<SteadyTime> turning_points(SteadyTime now) const;

 private:
  [[nodiscard]] bool has(Probe probe) const;
  [[nodiscard]] bool starting() const { return !latched_ && has(Probe::startup); }
  [[nodiscard]] bool overran(Probe probe, SteadyTime now) const;
  void ask_one(CheckFacts& check, SteadyTime now);

  RegistryOptions options_;
  SteadyTime constructed_;
  std::vector<Check> checks_;
  std::optional<SteadyTime> latched_;
  std::optional<SteadyTime> shut_down_;
  std::optional<std::string> reason_;
  std::array<std::optional<Report::Data>, 3> frozen_;
};

/// Step (5): the status that a check counts as for its probe.
[[nodiscard]] Status counted(const CheckReport& check);

}  // namespace vitals::inline v1::test
