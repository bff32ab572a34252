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

/// A check that follows a script: each run takes the next step, and the last step is repeated.
///
/// @code
/// const auto database = vitals::test::ScriptedCheck{}.fail(3, "down").pass();
/// health.add_readiness_check("database", database, {.schedule = vitals::every(5s), .failure_threshold = 3});
/// ...
/// EXPECT_EQ(database.runs(), 4);
/// @endcode
///
/// Copies share one script: the test keeps one, and may add steps while the check is in use. A script without steps
/// fails.
///
/// It is an asynchronous check: a step that hangs blocks no thread. It works with HealthRegistry::run_due() and a
/// ManualClock, and with a Runner.
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
  /// The next run returns this result, with its data.
  ScriptedCheck returns(CheckResult result) const;
  /// The next run throws a std::runtime_error with this text.
  ScriptedCheck throws(Text what) const;
  /// The next run hangs until it is released, and ignores its stop token.
  ScriptedCheck hang() const;

  /// The last step takes this long: its runs end when the clock, which must be the registry's, has advanced that far
  /// (ManualClock::advance(), Kubelet::advance()). Runs of several checks overlap.
  /// @throws std::invalid_argument  if there is no step yet, it hangs anyway, or the duration is negative.
  ScriptedCheck taking(Duration duration, ManualClock clock) const;

  /// Ends all hanging runs with this result; if none hangs, the next one that does.
  void release(CheckResult result = CheckResult::pass()) const;

  /// How many runs have begun.
  [[nodiscard]] int runs() const;
  /// How many of them hang now, including those of removed checks and destroyed registries.
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
