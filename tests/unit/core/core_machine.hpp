#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/model/check_state.hpp"

namespace vitals::inline v1::test {

/// Drives the state machine of one check by hand. The check is registered at the time 1000 h.
class Machine {
 public:
  explicit Machine(const CheckOptions& options = {}, Probe probe = Probe::readiness)
      : rules{detail::rules_of(probe, options)} {
    state.registered = state.turn = now;
  }

  static constexpr SteadyTime beginning{std::chrono::hours{1000}};

  /// Sets the time to this long after the beginning.
  Machine& at(Duration since_the_beginning) {
    now = beginning + since_the_beginning;
    return *this;
  }
  Machine& see(detail::CheckEvent event) {
    state = detail::next(std::move(state), std::move(event), now, rules);
    return *this;
  }
  Machine& start(double jitter = 0) { return see(detail::Started{jitter}); }
  Machine& result(CheckResult result) { return see(detail::ResultArrived{detail::shared_result(std::move(result))}); }
  Machine& returned() { return see(detail::Returned{}); }
  Machine& pass_time() { return see(detail::TimePassed{}); }
  /// A whole run that takes no time.
  Machine& run(CheckResult outcome, double jitter = 0) { return start(jitter).result(std::move(outcome)).returned(); }
  Machine& pass() { return run(CheckResult::pass()); }
  Machine& fail(const std::string& message = "down") { return run(CheckResult::fail(message)); }

  /// The verdict at this time.
  [[nodiscard]] detail::Verdict verdict() {
    pass_time();
    return detail::judge(state, rules, around, now);
  }
  [[nodiscard]] Status status() { return verdict().status; }
  /// When the schedule's next turn is.
  [[nodiscard]] Duration turn() const { return state.turn - beginning; }
  [[nodiscard]] bool wants_run() const { return now >= detail::wanted_from(state, rules); }

  detail::CheckRules rules;
  detail::CheckState state = {};
  detail::Surroundings around = {};
  SteadyTime now = beginning;
};

}  // namespace vitals::inline v1::test
