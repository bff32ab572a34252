#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <memory>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace test {

/// A check that does what the test wrote down: each run takes the next step, and the last step is repeated.
///
/// @code
/// const auto database = vitals::test::ScriptedCheck{}.fail(3, "down").pass();
/// health.add_readiness_check("database", database, {.schedule = vitals::every(5s), .failure_threshold = 3});
/// ...
/// EXPECT_EQ(database.runs(), 4);
/// @endcode
///
/// Copies are the same script: the test keeps one, and may go on writing while the check is in use. A script without
/// steps fails.
///
/// It is an asynchronous check, so that a step that hangs blocks no thread, and works with HealthRegistry::run_due()
/// and a ManualClock as well as with a Runner.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT ScriptedCheck {
 public:
  ScriptedCheck();

  /// The next run, or the next so many (from 1 on), passes, warns or fails.
  /// @throws std::invalid_argument  if `times` is less than 1.
  ScriptedCheck pass(Text message = {}) const;
  ScriptedCheck pass(int times, Text message = {}) const;
  ScriptedCheck warn(Text message = {}) const;
  ScriptedCheck warn(int times, Text message = {}) const;
  ScriptedCheck fail(Text message = {}) const;
  ScriptedCheck fail(int times, Text message = {}) const;
  /// The next run gives this result, data and all.
  ScriptedCheck give(CheckResult result) const;
  /// The next run throws a std::runtime_error that says `what`.
  ScriptedCheck raise(Text what) const;
  /// The next run hangs until it is released, deaf to its stop token.
  ScriptedCheck hang() const;

  /// The step that was written last takes this long: its runs end when the clock, which must be the registry's, has
  /// been moved so far (ManualClock::advance(), Kubelet::advance()). Runs of several checks overlap.
  /// @throws std::invalid_argument  if there is no step yet, it hangs anyway, or the duration is negative.
  ScriptedCheck taking(Duration duration, ManualClock clock) const;

  /// Lets all runs that hang end with this result; if none does, the next one to hang.
  void release(CheckResult result = CheckResult::pass()) const;

  /// How many runs have begun.
  [[nodiscard]] int runs() const;
  /// How many of them hang now, those of checks and registries that are gone among them.
  [[nodiscard]] int hanging() const;

  /// A run, as the registry makes it.
  void operator()(const CheckContext& context, CheckCompletion done) const;

 private:
  struct Step;
  class Script;

  ScriptedCheck add(Step step) const;

  std::shared_ptr<Script> script_;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
