#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>

namespace vitals::inline v1::test {

/// The history of one run of a check.
struct RunFacts {
  SteadyTime started = {};
  std::optional<SteadyTime> ended = std::nullopt;  ///< When its result came, even if late.
  CheckResult result = {};
  std::optional<SteadyTime> returned = std::nullopt;
  std::vector<SteadyTime> missed = {};  ///< When another run would have started while this one was overdue.
};

struct FlagFacts {
  std::optional<Duration> valid_for = std::nullopt;
  std::vector<std::pair<SteadyTime, CheckResult>> sets = {};  ///< The first is the registration.
};

struct HeartbeatFacts {
  Duration limit = {};
  SteadyTime last_beat = SteadyTime::min();
  bool idle = false;
  std::optional<SteadyTime> gone = std::nullopt;  ///< When the application's last copy was destroyed.
};

struct WorkerFacts {
  std::string name = {};
  SteadyTime joined = {};
  std::shared_ptr<HeartbeatFacts> heartbeat = {};
};

struct GroupFacts {
  Duration limit = {};
  FailsWhen fails_when = FailsWhen::any_silent;
  std::vector<WorkerFacts> workers = {};
  SteadyTime emptied = SteadyTime::min();
};

/// A registered check and its whole history. At most one of the three sources is set; a check without a source is
/// called.
struct CheckFacts {
  std::string name = {};
  Probe probe = Probe::readiness;
  CheckOptions options = {};
  SteadyTime registered = {};
  std::shared_ptr<FlagFacts> flag = nullptr;
  std::shared_ptr<HeartbeatFacts> heartbeat = nullptr;
  std::shared_ptr<GroupFacts> group = nullptr;
  std::vector<RunFacts> runs = {};
  bool wanted = false;  ///< A probe or the end of startup needs a run that hasn't started yet.

  [[nodiscard]] bool called() const noexcept { return !flag && !heartbeat && !group; }
  [[nodiscard]] bool under_way() const noexcept { return !runs.empty() && !runs.back().returned; }
};

/// When the last run becomes overdue. The check has run.
[[nodiscard]] SteadyTime deadline_of(const CheckFacts& check);
/// Whether the last run has exceeded its timeout and hasn't returned.
[[nodiscard]] bool overdue(const CheckFacts& check, SteadyTime now);
/// When the last result came; timeouts and missed turns are results.
[[nodiscard]] std::optional<SteadyTime> last_result_at(const CheckFacts& check, SteadyTime now);
/// Whether a probe needs a run.
[[nodiscard]] bool wants_run(const CheckFacts& check, SteadyTime now);
/// The age at which a result is stale.
[[nodiscard]] Duration stale_age(const CheckOptions& options);

/// Steps (1) to (4) of a verdict, computed from the facts alone. `latched` is when startup succeeded.
[[nodiscard]] CheckReport judge(const CheckFacts& check, std::optional<SteadyTime> latched, SteadyTime now);

/// Moments at which the passing of time alone may change the verdict.
[[nodiscard]] std::vector<SteadyTime> turning_points(const CheckFacts& check, std::optional<SteadyTime> latched,
                                                     SteadyTime now);

/// "500 ms", "1.5 s", "10 min"
[[nodiscard]] std::string in_words(Duration duration);

}  // namespace vitals::inline v1::test
