#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/status.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

/// The state of a check beside its status. If several apply, it is the last one of this list.
enum class Condition {
  fresh,            ///< Its last result counts.
  running,          ///< Its last result counts, and a new run is under way.
  overdue,          ///< Its run has overrun the timeout and hasn't returned yet.
  not_checked_yet,  ///< It has never had a result.
  stale,            ///< Its last result is too old to count.
};

/// "fresh", "running", "overdue", "not checked yet" or "stale".
[[nodiscard]] VITALS_EXPORT std::string_view to_string(Condition condition) noexcept;
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, Condition condition);

/// What a registry knows about one check: part of a Report.
///
/// @code
/// const vitals::CheckReport database = health.report("database");
/// if (database.status == vitals::Status::fail) std::cerr << database << '\n';
/// @endcode
struct CheckReport {
  std::string name = {};
  Probe probe = Probe::readiness;
  /// The check's own status. For its probe, fail counts as warn if the check isn't critical.
  Status status = Status::fail;
  bool critical = true;
  Condition condition = Condition::not_checked_yet;
  /// The full reason. Network callers see it only if EndpointOptions::details allows, or if it is the library's own.
  std::string message = {};
  std::vector<Datum> data = {};
  /// How long the last run took; its timeout if it overran.
  Duration duration = Duration::zero();
  /// When the last result came, when the last success came, and since when the status is what it is.
  std::optional<WallTime> checked_at = std::nullopt;
  std::optional<WallTime> succeeded_at = std::nullopt;
  std::optional<WallTime> changed_at = std::nullopt;
  // What follows is about checks that are called: zero for a Heartbeat, a HeartbeatGroup and a PushedCheck, as the
  // duration and the time of the last success above.

  /// Since registration: runs started, results, results that were failures, and timeouts, which are failures too.
  std::uint64_t runs = 0;
  std::uint64_t results = 0;
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  /// How many results in a row were of the present kind; one of the two is zero.
  std::uint64_t failures_in_a_row = 0;
  std::uint64_t successes_in_a_row = 0;
  /// So many failures in a row make the check fail.
  int failure_threshold = 1;
  /// `message` is the library's own ("timed out ...", "stale ...", "not checked yet") and contains none of your text.
  bool message_by_library = false;
  /// False for a Heartbeat, a HeartbeatGroup and a PushedCheck: they are read, not called.
  bool called = true;
};

/// As in `database: fail "connection refused" {port: 5432}`.
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, const CheckReport& report);

/// What a registry knew about one probe at one moment: immutable, and cheap to copy.
///
/// @code
/// const vitals::Report report = health.report(vitals::Probe::readiness);
/// for (const auto& check : report.checks()) std::cout << check.name << ' ' << check.status << '\n';
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Independent of the registry; references into it are valid as long as the report or a copy
///                     exists.
class VITALS_EXPORT Report {
 public:
  struct Data {
    Probe probe = Probe::readiness;
    Status status = Status::fail;
    std::string reason = {};
    WallTime time = {};
    std::vector<CheckReport> checks = {};
    bool reason_by_library = false;
  };

  explicit Report(Data data);

  [[nodiscard]] Probe probe() const noexcept { return data_->probe; }
  /// The probe's answer.
  [[nodiscard]] Status status() const noexcept { return data_->status; }
  /// Why the status isn't simply the worst of the checks: "starting", or the reason of the shutdown; otherwise empty.
  [[nodiscard]] const std::string& reason() const& noexcept { return data_->reason; }
  [[nodiscard]] std::string reason() && { return data_->reason; }
  /// Whether the reason is the library's own ("starting", "shutting down", "shutdown overran") and not yours.
  [[nodiscard]] bool reason_by_library() const noexcept { return data_->reason_by_library; }
  /// When the report was taken.
  [[nodiscard]] WallTime time() const noexcept { return data_->time; }
  /// The probe's checks in order of registration.
  [[nodiscard]] const std::vector<CheckReport>& checks() const& noexcept { return data_->checks; }
  [[nodiscard]] std::vector<CheckReport> checks() &&;
  /// The check of that name, as part of this report; null if the probe has none. For one check by value there is
  /// HealthRegistry::report(name).
  [[nodiscard]] const CheckReport* find(Text name) const& noexcept;
  const CheckReport* find(Text name) const&& = delete;  // it would dangle

 private:
  std::shared_ptr<const Data> data_;
};

/// The probe and one line per check, without a line feed at the end:
///
///     readiness: fail
///       database: fail "connection refused"
///       queue: pass {depth: 12}
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, const Report& report);

}  // namespace vitals::inline v1

#endif
