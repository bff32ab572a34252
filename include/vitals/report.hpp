#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
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

/// Where a check stands beside its status; where several hold, the last in this list is told.
enum class Condition {
  fresh,            ///< Its last result is in force.
  running,          ///< The same, and a new run is under way.
  overdue,          ///< Its run has overrun the timeout and hasn't returned yet.
  not_checked_yet,  ///< It has never had a result.
  stale,            ///< Its last result is too old to count.
};

/// "fresh", "running", "overdue", "not checked yet" or "stale".
[[nodiscard]] VITALS_EXPORT std::string_view to_string(Condition condition) noexcept;

/// What a Report says of one check.
struct CheckReport {
  std::string name = {};
  Probe probe = Probe::readiness;
  /// The check's own status. One that isn't critical counts for its probe as warn where this says fail.
  Status status = Status::fail;
  bool critical = true;
  Condition condition = Condition::not_checked_yet;
  /// Why, in full: shown to a network caller only if the endpoint's options allow it, or if it is by the library.
  std::string message = {};
  std::vector<Datum> data = {};
  /// How long the last run took, or its timeout if it overran.
  Duration duration = Duration::zero();
  /// When the last result came in, when the last success did, and since when the status is what it is.
  std::optional<WallTime> checked_at = std::nullopt;
  std::optional<WallTime> succeeded_at = std::nullopt;
  std::optional<WallTime> changed_at = std::nullopt;
  /// Since registration: runs started, results, results that were failures, and timeouts, which are failures too.
  std::uint64_t runs = 0;
  std::uint64_t results = 0;
  std::uint64_t failures = 0;
  std::uint64_t timeouts = 0;
  /// Results of the same kind in a row up to now; one of the two is zero.
  std::uint64_t failures_in_a_row = 0;
  std::uint64_t successes_in_a_row = 0;
  /// So many failures in a row make the check fail.
  int failure_threshold = 1;
  /// `message` is the library's own ("timed out ...", "stale ...", "not checked yet"), and says nothing about yours.
  bool message_by_library = false;
};

/// What a registry knew about one probe at one moment: an immutable value, cheap to copy.
///
/// @code
/// const vitals::Report report = health.report(vitals::Probe::readiness);
/// if (const auto* database = report.find("database")) std::cout << database->message << '\n';
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Independent of the registry; a reference into it is valid as long as the report or a copy of it.
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
  /// What the probe answers.
  [[nodiscard]] Status status() const noexcept { return data_->status; }
  /// Why the status isn't just the worst of the checks: "starting", the reason of the shutdown, or empty.
  [[nodiscard]] const std::string& reason() const& noexcept { return data_->reason; }
  [[nodiscard]] std::string reason() && { return data_->reason; }
  /// The reason is the library's own ("starting", "shutting down", "shutdown overran"), and not what you called it.
  [[nodiscard]] bool reason_by_library() const noexcept { return data_->reason_by_library; }
  /// When the report was taken.
  [[nodiscard]] WallTime time() const noexcept { return data_->time; }
  /// The probe's checks in the order of their registration.
  [[nodiscard]] const std::vector<CheckReport>& checks() const& noexcept { return data_->checks; }
  [[nodiscard]] std::vector<CheckReport> checks() &&;
  /// The check of that name; null (or empty) if the probe has none.
  [[nodiscard]] const CheckReport* find(Text name) const& noexcept;
  [[nodiscard]] std::optional<CheckReport> find(Text name) &&;

 private:
  std::shared_ptr<const Data> data_;
};

}  // namespace vitals::inline v1

#endif
